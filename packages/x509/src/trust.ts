import { candidatePaths, signatureObjection, WRONG_SIGNATURE } from "./candidate-paths.ts";
import type { Certificate } from "./certificate.ts";
import { forbiddenName } from "./constrained-names.ts";
import { X509Error } from "./errors.ts";
import { extensionIds } from "./extensions.ts";
import { isSameName } from "./name.ts";
import { type PathCertificate, readPathCertificate } from "./path-certificate.ts";
import type { SignatureRules } from "./signature.ts";

export interface TrustQuestion {
  /** The one in question: of an end entity, not of an authority. */
  readonly certificate: Certificate;
  /** Certificates of authorities, in any order; they must be valid at the time in question. */
  readonly intermediates: readonly Certificate[];
  /** Authorities that are trusted as they are: their validity in time is not looked at. */
  readonly roots: readonly Certificate[];
  /** The time in question, in milliseconds since 1970; parts of a second do not count. */
  readonly atMs: number;
}

/** Reasons are those of policy-runtime 5.7. */
export type TrustVerdict =
  | { readonly trusted: true; readonly reason: "" }
  | { readonly trusted: false; readonly reason: string };

const webSignatures: SignatureRules = {
  minRsaBits: 2048,
  maxRsaBits: 8192,
  curves: ["P-256", "P-384", "P-521"],
};

/** Longer paths are not built. */
const maxIntermediates = 6;

/** Critical extensions that are understood, or that say nothing against a certificate. */
const understood: readonly string[] = [
  extensionIds.keyUsage,
  extensionIds.alternativeNames,
  extensionIds.basicConstraints,
  extensionIds.nameConstraints,
  extensionIds.crlDistributionPoints,
  extensionIds.extendedKeyUsage,
];

/**
 * Whether a path leads from a certificate to one of the roots (policy-runtime 5.7). Any extended key usage will do;
 * revocation and host names are not looked at.
 * @throws {X509Error} `X509_CERTIFICATE_INVALID` when the certificate cannot be one of an end entity
 */
export function checkCertificateTrust(question: TrustQuestion): TrustVerdict {
  const leaf = readLeaf(question.certificate);
  const seconds = Math.floor(question.atMs / 1000);
  if (seconds > secondsOf(leaf.certificate.notAfter)) {
    return untrusted("Certificate is being used after its expiration date");
  }
  if (seconds < secondsOf(leaf.certificate.notBefore)) {
    return untrusted("Certificate is being used before its validity date");
  }
  if (leaf.basicConstraints?.isAuthority) {
    return untrusted("Certificate not trusted: it is the certificate of an authority, not of an end entity");
  }
  return isRootItself(leaf, question.roots) ? { trusted: true, reason: "" } : searchPath(leaf, question);
}

function readLeaf(certificate: Certificate): PathCertificate {
  const { version } = certificate;
  const problem = version === 3 ? criticalExtension(certificate) : `its version is ${version}, not 3`;
  if (problem !== undefined) throw invalidLeaf(problem);
  try {
    return readPathCertificate(certificate);
  } catch (cause) {
    if (!(cause instanceof X509Error)) throw cause;
    throw invalidLeaf(cause.message, { cause });
  }
}

/** @param options.cause - what was found wrong, if it came as an error */
export function invalidLeaf(problem: string, options: ErrorOptions = {}): X509Error {
  return new X509Error(`Certificate is not a valid end-entity certificate: ${problem}`, {
    ...options,
    code: "X509_CERTIFICATE_INVALID",
  });
}

function criticalExtension({ extensions }: Certificate): string | undefined {
  const unknown = extensions.find(({ id, critical }) => critical && !understood.includes(id));
  return unknown && `its extension ${unknown.id} is critical and not understood`;
}

function secondsOf({ epochMs }: { epochMs: number }): number {
  return Math.floor(epochMs / 1000);
}

/** A certificate that signed itself, given as its own root. */
function isRootItself(leaf: PathCertificate, roots: readonly Certificate[]): boolean {
  const { raw, issuer, subject } = leaf.certificate;
  return (
    isSameName(issuer, subject) &&
    roots.some((root) => Buffer.compare(root.raw, raw) === 0) &&
    signatureObjection(leaf, leaf, webSignatures) === undefined
  );
}

function searchPath(leaf: PathCertificate, { intermediates, roots, atMs }: TrustQuestion): TrustVerdict {
  const known = readable(intermediates);
  const issuers = [leaf, ...known].map(({ certificate }) => certificate.issuer);
  const named = roots.filter(({ subject }) => issuers.some((issuer) => isSameName(issuer, subject)));
  const objections: string[] = [];
  const search = {
    anchors: readable(named),
    intermediates: known,
    signatures: webSignatures,
    maxIntermediates,
    anchorsMaySign: true,
    objection: (candidate: PathCertificate, role: "intermediate" | "anchor") =>
      issuerObjection(candidate.certificate) ??
      constraintObjection(candidate) ??
      (role === "intermediate" ? timeObjection(candidate.certificate, atMs) : undefined),
    onRejected: (reason: string) => objections.push(reason),
  };
  try {
    for (const path of candidatePaths(leaf, search)) {
      const forbidden = forbiddenName(path);
      if (forbidden === undefined) return { trusted: true, reason: "" };
      objections.push(forbidden);
    }
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    objections.push(error.message);
  }
  const objection = objections.find((reason) => reason !== WRONG_SIGNATURE);
  return untrusted(
    objection === undefined
      ? "Certificate is not trusted by the provided cert chain"
      : `Certificate not trusted: ${objection}`,
  );
}

/** Those that can be read: the others lead nowhere. */
function readable(certificates: readonly Certificate[]): PathCertificate[] {
  return certificates.flatMap((certificate) => {
    try {
      return [readPathCertificate(certificate)];
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
      return [];
    }
  });
}

function issuerObjection(certificate: Certificate): string | undefined {
  return criticalExtension(certificate) === undefined
    ? undefined
    : "a certificate above it has a critical extension that is not understood";
}

function constraintObjection({ nameConstraints }: PathCertificate): string | undefined {
  return nameConstraints?.hasOtherKinds
    ? "a certificate above it has constraints on kinds of names that cannot be compared"
    : undefined;
}

function timeObjection({ notBefore, notAfter }: Certificate, atMs: number): string | undefined {
  const seconds = Math.floor(atMs / 1000);
  if (seconds > secondsOf(notAfter)) return "an intermediate certificate has expired";
  return seconds < secondsOf(notBefore) ? "an intermediate certificate is not yet valid" : undefined;
}

function untrusted(reason: string): TrustVerdict {
  return { trusted: false, reason };
}
