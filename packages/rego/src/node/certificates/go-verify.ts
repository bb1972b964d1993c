import { candidatePaths, forbiddenName, type SignatureRules } from "@kubewarden-ts/x509";
import type { GoCertificate } from "./go-certificate.ts";
import { isForHost } from "./host-name.ts";
import { arePoliciesValid } from "./policy-graph.ts";

/** What a path is checked against, by the names of OPA's options. */
export interface VerifyOptions {
  /** A host that the first certificate must be for; empty: none. */
  readonly dnsName: string;
  readonly atNs: bigint;
  /** Object identifiers of purposes, one of which must be allowed along the path. */
  readonly keyUsages: readonly string[];
}

const anyUsage = "2.5.29.37.0";

const signatures: SignatureRules = {
  minRsaBits: 1024,
  maxRsaBits: 16_384,
  curves: ["P-224", "P-256", "P-384", "P-521"],
};

/**
 * Builds and checks a path as Go's `Certificate.Verify` does.
 * @param certificates - the root, then intermediates, then the certificate in question
 * @returns the path, from the certificate in question to the root; `undefined` when there is no good one
 * @throws {X509Error} `X509_LIMIT`
 */
export function verifyPath(
  certificates: readonly GoCertificate[],
  options: VerifyOptions,
): readonly GoCertificate[] | undefined {
  const [root, ...others] = certificates;
  const leaf = others.pop();
  if (root === undefined || leaf === undefined) return undefined;
  const isOf = (path: readonly GoCertificate[]) => isPathValid(path, options);
  if (!isUsable(leaf, options) || !isHostRight(leaf, options)) return undefined;
  if (Buffer.compare(root.certificate.raw, leaf.certificate.raw) === 0) {
    return isOf([leaf]) ? [leaf] : undefined;
  }
  const paths = candidatePaths<GoCertificate>(leaf, {
    anchors: [root],
    intermediates: withoutCopies(others),
    signatures,
    maxIntermediates: Number.POSITIVE_INFINITY,
    anchorsMaySign: false,
    objection: (candidate) => (isUsable(candidate, options) ? undefined : "not valid"),
  });
  return paths.find(isOf);
}

function withoutCopies(certificates: readonly GoCertificate[]): GoCertificate[] {
  return [...new Map(certificates.map((each) => [each.certificate.raw.toHex(), each])).values()];
}

/** Critical extensions are handled, and it is valid at the time in question. */
function isUsable({ certificate, unhandledCritical }: GoCertificate, { atNs }: VerifyOptions): boolean {
  const ns = ({ epochMs }: { epochMs: number }) => BigInt(epochMs) * 1_000_000n;
  return (
    unhandledCritical.length === 0 && atNs >= ns(certificate.notBefore) && atNs <= ns(certificate.notAfter)
  );
}

function isHostRight({ alternativeNames }: GoCertificate, { dnsName }: VerifyOptions): boolean {
  return dnsName === "" || isForHost(alternativeNames, dnsName);
}

function isPathValid(path: readonly GoCertificate[], { keyUsages }: VerifyOptions): boolean {
  return arePoliciesValid(path) && isUsageAllowed(path, keyUsages) && forbiddenName(path) === undefined;
}

/** One of the purposes is allowed by every certificate that names any. */
function isUsageAllowed(path: readonly GoCertificate[], keyUsages: readonly string[]): boolean {
  const limits = path.flatMap(({ extendedKeyUsages: usages = [] }) =>
    usages.length === 0 || usages.includes(anyUsage) ? [] : [usages],
  );
  return (
    keyUsages.includes(anyUsage) || keyUsages.some((usage) => limits.every((list) => list.includes(usage)))
  );
}
