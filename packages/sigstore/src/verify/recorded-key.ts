import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { LosslessValue } from "@kubewarden-ts/protocol";
import { decodeBase64, pemBlocks } from "@kubewarden-ts/x509";
import type { TransparencyLogEntry } from "@sigstore/bundle";
import { invalidSignature } from "../errors.ts";
import { encodedKey } from "../keys.ts";
import { quoted } from "../quoted.ts";
import { memberOf, parseStrictJson } from "../strict-json.ts";

/** By whom a log says that a signature was made. */
interface RecordedKey {
  /** SubjectPublicKeyInfo in DER, of the certificate if there is one */
  readonly key: Buffer;
  /** in DER */
  readonly certificate: Buffer | undefined;
}

/**
 * Checks that an entry names the certificate that a signature came with; the library compares signature and digest only.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function checkRecordedCertificate(entry: TransparencyLogEntry, certificate: Uint8Array): void {
  if (recordedKey(entry).certificate?.equals(certificate)) return;
  throw invalidSignature("the entry of the transparency log is about another certificate");
}

/**
 * Checks that an entry names a key, as it is or by a certificate of it.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function checkRecordedKey(entry: TransparencyLogEntry, key: KeyObject): void {
  if (recordedKey(entry).key.equals(encodedKey(key))) return;
  throw invalidSignature("the entry of the transparency log is about another key");
}

function recordedKey({ canonicalizedBody }: TransparencyLogEntry): RecordedKey {
  const what = "entry of the transparency log";
  const body = parseStrictJson(canonicalizedBody, { what, code: "SIGSTORE_SIGNATURE_INVALID" });
  const [kind, version] = [memberOf(body, "kind"), memberOf(body, "apiVersion")];
  const find = finders.get(`${String(kind)}/${String(version)}`);
  if (find === undefined) {
    const name = quoted(`${String(kind)}/${String(version)}`);
    throw invalidSignature(`the ${what} is of kind ${name}, which is not known`);
  }
  return readKey(find(memberOf(body, "spec")));
}

type Found = { readonly pem: LosslessValue | undefined } | { readonly der: LosslessValue | undefined };

/** Where entries have the key, by kind and version; all in base64. */
const finders: ReadonlyMap<string, (spec: LosslessValue | undefined) => Found> = new Map([
  ["hashedrekord/0.0.1", (spec) => ({ pem: at(spec, "signature", "publicKey", "content") })],
  ["rekord/0.0.1", (spec) => ({ pem: at(spec, "signature", "publicKey", "content") })],
  ["dsse/0.0.1", (spec) => ({ pem: at(onlyOf(at(spec, "signatures")), "verifier") })],
  [
    "intoto/0.0.2",
    (spec) => ({ pem: at(onlyOf(at(spec, "content", "envelope", "signatures")), "publicKey") }),
  ],
  ["hashedrekord/0.0.2", (spec) => verifierOf(at(spec, "hashedRekordV002", "signature"))],
  ["dsse/0.0.2", (spec) => verifierOf(onlyOf(at(spec, "dsseV002", "signatures")))],
]);

function verifierOf(signature: LosslessValue | undefined): Found {
  const verifier = at(signature, "verifier");
  return { der: at(verifier, "x509Certificate", "rawBytes") ?? at(verifier, "publicKey", "rawBytes") };
}

function readKey(found: Found): RecordedKey {
  const text = "pem" in found ? found.pem : found.der;
  const bytes = typeof text === "string" ? decodeBase64(text) : undefined;
  if (bytes === undefined) throw unreadable();
  if ("pem" in found) {
    const block = pemBlocks(bytes).next().value;
    if (block?.label === "CERTIFICATE") return ofCertificate(block.bytes);
    if (block?.label === "PUBLIC KEY") return ofKey(block.bytes);
    throw unreadable();
  }
  // the member that it stands in is not told apart: a certificate is no key, and no key is a certificate
  return ofEither(bytes);
}

function ofEither(der: Uint8Array): RecordedKey {
  try {
    return ofCertificate(der);
  } catch {
    return ofKey(der);
  }
}

function ofCertificate(der: Uint8Array): RecordedKey {
  try {
    const certificate = new X509Certificate(der);
    return { certificate: certificate.raw, key: encodedKey(certificate.publicKey) };
  } catch (cause) {
    throw unreadable({ cause });
  }
}

function ofKey(der: Uint8Array): RecordedKey {
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
    return { certificate: undefined, key: encodedKey(key) };
  } catch (cause) {
    throw unreadable({ cause });
  }
}

function unreadable(options: ErrorOptions = {}): Error {
  return invalidSignature("the entry of the transparency log does not say by which key", options);
}

function at(value: LosslessValue | undefined, ...names: readonly string[]): LosslessValue | undefined {
  return names.reduce(memberOf, value);
}

function onlyOf(list: LosslessValue | undefined): LosslessValue | undefined {
  return Array.isArray(list) && list.length === 1 ? list[0] : undefined;
}
