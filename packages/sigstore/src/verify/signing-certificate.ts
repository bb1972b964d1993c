import { X509Certificate } from "node:crypto";
import { errorText } from "@kubewarden-ts/base";
import { checkEncodedCertificate, pemBlocks } from "@kubewarden-ts/x509";
import { SigstoreError } from "../errors.ts";

const codeSigning = "1.3.6.1.5.5.7.3.3";

/**
 * A certificate that signatures are to be made with (kwctl-and-oci 15.4): for signing code, of somebody with a name, and
 * where there is a chain, trusted by its root now.
 * @param options.certificate - PEM
 * @param options.chain - PEM each, the root last; without, the certificate is trusted as it is
 * @throws {SigstoreError} `SIGSTORE_KEY_INVALID`
 */
export function signingCertificate(
  { certificate, chain }: { certificate: Uint8Array; chain?: readonly Uint8Array[] | undefined },
  { nowMs }: { nowMs: number },
): X509Certificate {
  const found = read(certificate);
  if (!found.keyUsage?.includes(codeSigning)) throw invalid("it is not one for signing code");
  if (found.subjectAltName === undefined) throw invalid("it does not say whom it is for");
  if (found.validFromDate.getTime() > nowMs) throw invalid("it is not valid yet");
  if (chain !== undefined) checkChain(certificate, { chain, nowMs });
  return found;
}

function read(pem: Uint8Array): X509Certificate {
  const block = pemBlocks(pem).next().value;
  if (block?.label !== "CERTIFICATE") throw invalid("it is not one in PEM");
  try {
    return new X509Certificate(block.bytes);
  } catch (cause) {
    throw invalid("it cannot be read", { cause });
  }
}

function checkChain(
  certificate: Uint8Array,
  { chain, nowMs }: { chain: readonly Uint8Array[]; nowMs: number },
): void {
  const verdict = trustOf(certificate, { chain, nowMs });
  if (!verdict.trusted) throw invalid(verdict.reason);
}

function trustOf(
  certificate: Uint8Array,
  { chain, nowMs }: { chain: readonly Uint8Array[]; nowMs: number },
): { readonly trusted: boolean; readonly reason: string } {
  const pem = (data: Uint8Array) => ({ encoding: "Pem", data }) as const;
  try {
    return checkEncodedCertificate({
      ...{ certificate: pem(certificate), chain: chain.map(pem), notAfter: undefined, nowMs },
      mozillaRoots: () => [],
    });
  } catch (error) {
    return { trusted: false, reason: errorText(error) };
  }
}

function invalid(problem: string, options: ErrorOptions = {}): SigstoreError {
  const message = `the certificate cannot be used: ${problem}`;
  return new SigstoreError(message, { ...options, code: "SIGSTORE_KEY_INVALID" });
}
