import { X509Error } from "./errors.ts";
import { KEY_CERT_SIGN } from "./extensions.ts";
import { isSameName } from "./name.ts";
import type { PathCertificate } from "./path-certificate.ts";
import { isKeyFor, isSignatureValid, type SignatureRules } from "./signature.ts";
import { signatureAlgorithmOf } from "./signature-algorithm.ts";

/** What a path is built from, and what its certificates must fulfil. */
export interface PathSearch<T extends PathCertificate = PathCertificate> {
  readonly anchors: readonly T[];
  readonly intermediates: readonly T[];
  readonly signatures: SignatureRules;
  /** Certificates between the last one and the anchor. */
  readonly maxIntermediates: number;
  /** An anchor of version 3 that does not say whether it is an authority is taken for one. */
  readonly anchorsMaySign: boolean;
  /** Further demands on a certificate that is to stand above others: what speaks against it, or `undefined`. */
  readonly objection: (candidate: T, role: "intermediate" | "anchor") => string | undefined;
  /** Told why a certificate that has the right name is not taken. */
  readonly onRejected?: (reason: string) => void;
}

/** Candidates looked at in one search, each of which may cost a signature check. */
const maxCandidates = 100;

/**
 * Finds the paths from a certificate to an anchor: names fit, signatures are right, each certificate above it may sign
 * others, and path lengths are kept. The work is bounded however many certificates have equal names.
 * @returns paths as they are found, from the certificate to the anchor
 * @throws {X509Error} `X509_LIMIT` when there were more candidates than are meant well
 */
export function* candidatePaths<T extends PathCertificate>(
  leaf: T,
  search: PathSearch<T>,
): Generator<readonly T[], void, void> {
  const budget = { left: maxCandidates };
  yield* extend([leaf], search, budget);
}

function* extend<T extends PathCertificate>(
  path: readonly T[],
  search: PathSearch<T>,
  budget: { left: number },
): Generator<readonly T[], void, void> {
  for (const anchor of issuersOf(path.at(-1)!, search.anchors)) {
    if (isTaken(anchor, "anchor", { path, search, budget })) yield [...path, anchor];
  }
  if (path.length > search.maxIntermediates) return;
  for (const intermediate of issuersOf(path.at(-1)!, search.intermediates)) {
    if (!isTaken(intermediate, "intermediate", { path, search, budget })) continue;
    yield* extend([...path, intermediate], search, budget);
  }
}

/** Those that have the issuer's name, the likely ones first: by the identifiers of their keys. */
function issuersOf<T extends PathCertificate>(child: T, candidates: readonly T[]): T[] {
  const named = candidates.filter(({ certificate }) =>
    isSameName(child.certificate.issuer, certificate.subject),
  );
  return named.sort((left, right) => keyDistance(child, left) - keyDistance(child, right));
}

function keyDistance({ authorityKeyId }: PathCertificate, { subjectKeyId }: PathCertificate): number {
  const wanted = authorityKeyId?.toHex() ?? "";
  const offered = subjectKeyId?.toHex() ?? "";
  if (wanted === offered) return 0;
  return wanted === "" || offered === "" ? 1 : 2;
}

interface Place<T extends PathCertificate> {
  readonly path: readonly T[];
  readonly search: PathSearch<T>;
  readonly budget: { left: number };
}

function isTaken<T extends PathCertificate>(
  candidate: T,
  role: "intermediate" | "anchor",
  { path, search, budget }: Place<T>,
): boolean {
  if (budget.left-- <= 0) {
    throw new X509Error(`more than ${maxCandidates} certificates to try`, { code: "X509_LIMIT" });
  }
  if (path.some((member) => isSameEntity(member, candidate))) return false;
  const isAuthorityUnsaid =
    role === "anchor" && (search.anchorsMaySign || candidate.certificate.version !== 3);
  const reason =
    signingObjection(candidate, isAuthorityUnsaid) ??
    signatureObjection(path.at(-1)!, candidate, search.signatures) ??
    search.objection(candidate, role) ??
    lengthObjection(candidate, path);
  if (reason !== undefined) search.onRejected?.(reason);
  return reason === undefined;
}

/** The same name, key and alternative names: another certificate of it would lead in a circle. */
function isSameEntity(left: PathCertificate, right: PathCertificate): boolean {
  const identity = ({ certificate }: PathCertificate): readonly (Uint8Array | undefined)[] => [
    certificate.subject.raw,
    certificate.publicKeyInfo.raw,
    certificate.extensions.find(({ id }) => id === "2.5.29.17")?.value,
  ];
  const others = identity(right);
  return identity(left).every((part, index) => {
    const other = others[index];
    return part === undefined || other === undefined ? part === other : Buffer.compare(part, other) === 0;
  });
}

/** RFC 5280 4.2.1.9 and 4.2.1.3: who may sign certificates says so. */
function signingObjection(
  { basicConstraints, keyUsage }: PathCertificate,
  isAuthorityUnsaid: boolean,
): string | undefined {
  const isAuthority = basicConstraints?.isAuthority ?? isAuthorityUnsaid;
  const maySign = !keyUsage || (keyUsage & KEY_CERT_SIGN) !== 0;
  return isAuthority && maySign ? undefined : "a certificate above it may not sign certificates";
}

/** Why the signature of a certificate does not count, if it does not. */
export function signatureObjection(
  child: PathCertificate,
  issuer: PathCertificate,
  rules: SignatureRules,
): string | undefined {
  const { tbs, signature, signatureAlgorithm } = child.certificate;
  const algorithm = signatureAlgorithmOf(signatureAlgorithm);
  const { key } = issuer;
  if (algorithm === undefined || key === undefined || !isKeyFor(algorithm, key, rules)) {
    return "a signature uses an algorithm or a key that is not accepted";
  }
  return isSignatureValid({ tbs, signature, algorithm }, key) ? undefined : WRONG_SIGNATURE;
}

/** The objection to a certificate that has the issuer's name, but did not sign. */
export const WRONG_SIGNATURE = "a signature is wrong";

function lengthObjection(
  { basicConstraints }: PathCertificate,
  path: readonly PathCertificate[],
): string | undefined {
  const below = path.length - 1;
  return below > (basicConstraints?.maxPathLength ?? below) ? "the path is longer than allowed" : undefined;
}
