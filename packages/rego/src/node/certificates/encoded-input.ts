import { decodeBase64, type PemBlock, parseCertificates, pemBlocks } from "@kubewarden-ts/x509";
import { BuiltinError } from "../../errors.ts";
import { type GoCertificate, readGoCertificate } from "./go-certificate.ts";

const beginning = "-----BEGIN";

/** Bytes that begin like PEM. */
export function isPem(bytes: Uint8Array, start: string = beginning): boolean {
  return Buffer.from(bytes.subarray(0, start.length)).toString("latin1") === start;
}

/** @throws {BuiltinError} */
export function base64(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw new BuiltinError("illegal base64 data");
  return bytes;
}

/**
 * The certificates of a text: PEM, or base64 of PEM or of certificates in DER.
 * @throws {X509Error}, {BuiltinError}
 */
export function certificatesOf(text: string): GoCertificate[] {
  const bytes = text.startsWith(beginning) ? Buffer.from(text) : base64(text);
  const der = isPem(bytes) ? Buffer.concat([...pemBlocks(bytes)].map(certificateBytes)) : bytes;
  return parseCertificates(der).map(readGoCertificate);
}

function certificateBytes({ label, bytes }: PemBlock): Uint8Array {
  if (label !== "CERTIFICATE") {
    throw new BuiltinError(`PEM block type is '${label}', expected CERTIFICATE`);
  }
  return bytes;
}
