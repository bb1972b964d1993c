import { X509Certificate } from "node:crypto";
import { errorText } from "@kubewarden-ts/base";
import type { LosslessValue } from "@kubewarden-ts/protocol";
import {
  BUNDLE_V01_MEDIA_TYPE,
  BUNDLE_V02_MEDIA_TYPE,
  BUNDLE_V03_LEGACY_MEDIA_TYPE,
  BUNDLE_V03_MEDIA_TYPE,
  type Bundle,
  bundleFromJSON,
  ValidationError,
} from "@sigstore/bundle";
import { SigstoreError } from "../errors.ts";
import { quoted } from "../quoted.ts";
import { memberOf, parseStrictJson } from "../strict-json.ts";
import { checkBase64 } from "./base64-members.ts";

const mediaTypes: readonly string[] = [
  ...[BUNDLE_V01_MEDIA_TYPE, BUNDLE_V02_MEDIA_TYPE],
  ...[BUNDLE_V03_LEGACY_MEDIA_TYPE, BUNDLE_V03_MEDIA_TYPE],
];

/**
 * Reads a Sigstore bundle of version 0.1, 0.2 or 0.3; nothing is verified.
 * @param bytes - JSON
 * @throws {SigstoreError} `SIGSTORE_BUNDLE_INVALID`
 */
export function readBundle(bytes: Uint8Array): Bundle {
  const document = parseStrictJson(bytes, { what: "bundle", code: "SIGSTORE_BUNDLE_INVALID" });
  checkBase64(document);
  checkAlternatives(document, contents);
  checkAlternatives(memberOf(document, "verificationMaterial"), materials);
  const bundle = parsed(JSON.parse(new TextDecoder().decode(bytes)));
  const { mediaType, verificationMaterial } = bundle;
  if (!mediaTypes.includes(mediaType)) {
    throw invalidBundle(`its version is not known: ${quoted(mediaType)}`);
  }
  for (const { logIndex, integratedTime } of verificationMaterial.tlogEntries) {
    checkWholeNumber(logIndex, "logIndex");
    checkWholeNumber(integratedTime, "integratedTime");
  }
  checkChain(bundle);
  checkNumbers(bundle);
  return bundle;
}

const contents = ["messageSignature", "dsseEnvelope"] as const;
const materials = ["certificate", "x509CertificateChain", "publicKey"] as const;

/** Of several forms the library takes one, and another reader may take another. */
function checkAlternatives(value: LosslessValue | undefined, names: readonly string[]): void {
  const given = names.filter((name) => (memberOf(value, name) ?? null) !== null);
  if (given.length > 1) throw invalidBundle(`it has both ${given.join(" and ")}`);
}

export function invalidBundle(problem: string, options: ErrorOptions = {}): SigstoreError {
  const message = `not a Sigstore bundle that can be used: ${problem}`;
  return new SigstoreError(message, { ...options, code: "SIGSTORE_BUNDLE_INVALID" });
}

function parsed(document: unknown): Bundle {
  try {
    return bundleFromJSON(document);
  } catch (error) {
    const fields = error instanceof ValidationError ? `: ${error.fields.join(", ")}` : "";
    throw invalidBundle(`${errorText(error)}${fields}`);
  }
}

function checkWholeNumber(text: string, name: string): void {
  if (/^\d{1,19}$/.test(text)) return;
  throw invalidBundle(`${name} is ${quoted(text)}, no number of 0 or more`);
}

/** Nobody needs more; each takes milliseconds to verify. */
const maxEach = 8;
const maxCheckpointLength = 16_384;

/** A signature of somebody else must not keep us busy for long. */
function checkNumbers({ verificationMaterial }: Bundle): void {
  const { tlogEntries, timestampVerificationData } = verificationMaterial;
  const timestamps = timestampVerificationData?.rfc3161Timestamps ?? [];
  if (tlogEntries.length > maxEach) throw invalidBundle(`it has more than ${maxEach} entries of logs`);
  if (timestamps.length > maxEach) throw invalidBundle(`it has more than ${maxEach} timestamps`);
  const isLong = tlogEntries.some(
    ({ inclusionProof }) => (inclusionProof?.checkpoint?.envelope.length ?? 0) > maxCheckpointLength,
  );
  if (isLong) throw invalidBundle(`the checkpoint of a log is longer than ${maxCheckpointLength} characters`);
}

/** Who brings a root along wants to be asked for none: the specification of bundles forbids it. */
function checkChain({ verificationMaterial: { content } }: Bundle): void {
  if (content.$case !== "x509CertificateChain") return;
  for (const { rawBytes } of content.x509CertificateChain.certificates) {
    if (isRoot(rawBytes)) throw invalidBundle("it contains the certificate of a root");
  }
}

function isRoot(der: Uint8Array): boolean {
  try {
    const certificate = new X509Certificate(der);
    return certificate.ca && certificate.checkIssued(certificate);
  } catch (error) {
    throw invalidBundle(`a certificate cannot be read: ${errorText(error)}`);
  }
}
