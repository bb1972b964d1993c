import { errorText } from "@kubewarden-ts/base";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { X509Error } from "./errors.ts";
import { pemBlocks } from "./pem.ts";
import { parseTimestamp } from "./rfc3339.ts";
import { checkCertificateTrust, invalidLeaf, type TrustVerdict } from "./trust.ts";

/** A certificate as policies hand it over (policy-runtime 5.7). */
export interface EncodedCertificate {
  /** In PEM the first block counts. */
  readonly encoding: "Pem" | "Der";
  readonly data: Uint8Array;
}

export interface EncodedTrustQuestion {
  readonly certificate: EncodedCertificate;
  /** The last one is the root, the others are intermediates in any order; without, `mozillaRoots` are the roots. */
  readonly chain: readonly EncodedCertificate[] | undefined;
  /** The time in question as RFC 3339 writes it; empty or absent: `nowMs`. */
  readonly notAfter: string | undefined;
  readonly nowMs: number;
  /** Asked for the roots only when they are needed: see {@link loadMozillaRoots}. */
  readonly mozillaRoots: () => readonly Certificate[];
}

/**
 * Answers `crypto/v1/is_certificate_trusted`.
 * @throws {X509Error} `X509_PEM_INVALID`, `X509_CERTIFICATE_INVALID`, `X509_TIMESTAMP_INVALID`, with texts of policy-runtime 5.7
 * @example checkEncodedCertificate({ certificate: { encoding: "Pem", data }, chain: undefined, notAfter: "", nowMs: Date.now(), mozillaRoots })
 */
export function checkEncodedCertificate(question: EncodedTrustQuestion): TrustVerdict {
  const { chain, notAfter, nowMs, mozillaRoots } = question;
  const atMs = notAfter ? parseTimestamp(notAfter) : nowMs;
  const leafDer = derOf(question.certificate);
  const chainDers = chain?.map(derOf);
  const certificate = parsed(leafDer, invalidLeaf);
  if (chainDers === undefined) {
    return checkCertificateTrust({ certificate, intermediates: [], roots: mozillaRoots(), atMs });
  }
  const rootDer = chainDers.pop();
  const roots = rootDer === undefined ? [] : [parsed(rootDer, invalidRoot)];
  return checkCertificateTrust({ certificate, intermediates: chainDers.flatMap(usable), roots, atMs });
}

function derOf({ encoding, data }: EncodedCertificate): Uint8Array {
  if (encoding === "Der") return data;
  const block = pemBlocks(data).next().value;
  if (block?.label === "CERTIFICATE") return block.bytes;
  const problem =
    block === undefined ? "no PEM block was found" : `the first PEM block is ${JSON.stringify(block.label)}`;
  throw new X509Error(`Certificate PEM data is not valid: ${problem}`, { code: "X509_PEM_INVALID" });
}

function parsed(
  der: Uint8Array,
  invalid: (problem: string, options: ErrorOptions) => X509Error,
): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    throw invalid(errorText(cause), { cause });
  }
}

function invalidRoot(problem: string, options: ErrorOptions): X509Error {
  return new X509Error(`The last certificate of the chain is not a valid root: ${problem}`, {
    ...options,
    code: "X509_CERTIFICATE_INVALID",
  });
}

/** An intermediate certificate that cannot be read leads nowhere. */
function usable(der: Uint8Array): Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return [];
  }
}
