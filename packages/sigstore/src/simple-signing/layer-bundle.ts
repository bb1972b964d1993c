import { createHash } from "node:crypto";
import { pemBlocks } from "@kubewarden-ts/x509";
import { BUNDLE_V01_MEDIA_TYPE, type Bundle, type TransparencyLogEntry } from "@sigstore/bundle";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import * as v from "valibot";
import { invalidSignature } from "../errors.ts";
import { base64Of, type SimpleSigningLayer } from "./layer.ts";
import type { LogPromise } from "./log-promise.ts";

/** The key is not in the layer: it is the one that is asked for. */
const givenKey = { $case: "publicKey", publicKey: { hint: "" } } as const;

/** A layer in the form that the libraries verify by a key (kwctl-and-oci 16.2). */
export function keyBundleOf(layer: SimpleSigningLayer): Bundle {
  return bundleOf(layer, givenKey);
}

/**
 * A layer in the form that the libraries verify by its certificate.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` when it has none
 */
export function certificateBundleOf(layer: SimpleSigningLayer): Bundle {
  const rawBytes = readCertificate(layer.certificate);
  return bundleOf(layer, {
    $case: "x509CertificateChain",
    x509CertificateChain: { certificates: [{ rawBytes }] },
  });
}

function bundleOf(
  { payload, signature, promise, timestamp }: SimpleSigningLayer,
  content: Bundle["verificationMaterial"]["content"],
): Bundle {
  const digest = createHash("sha256").update(payload).digest();
  const rfc3161Timestamps = timestamp === undefined ? [] : [{ signedTimestamp: readTimestamp(timestamp) }];
  return {
    mediaType: BUNDLE_V01_MEDIA_TYPE,
    content: {
      $case: "messageSignature",
      messageSignature: { messageDigest: { algorithm: HashAlgorithm.SHA2_256, digest }, signature },
    },
    verificationMaterial: {
      content,
      tlogEntries: promise === undefined ? [] : [entryOf(promise)],
      timestampVerificationData: { rfc3161Timestamps },
    },
  };
}

function entryOf(promise: LogPromise): TransparencyLogEntry {
  const { signedEntryTimestamp, body, kind, apiVersion, integratedTime, logIndex, logId } = promise;
  return {
    ...{ logIndex, logId: { keyId: logId }, kindVersion: { kind, version: apiVersion }, integratedTime },
    ...{ inclusionPromise: { signedEntryTimestamp }, inclusionProof: undefined, canonicalizedBody: body },
  };
}

function readCertificate(pem: string | undefined): Buffer {
  if (pem === undefined) throw invalidSignature("it comes without a certificate");
  const block = pemBlocks(Buffer.from(pem)).next().value;
  if (block?.label === "CERTIFICATE") return Buffer.from(block.bytes);
  throw invalidSignature("the layer's certificate is not one in PEM");
}

const Timestamp = v.pipe(v.string(), v.parseJson(), v.object({ SignedRFC3161Timestamp: v.string() }));

/** cosign's form: JSON with the answer of the authority in base64. */
function readTimestamp(text: string): Buffer {
  const { success, output } = v.safeParse(Timestamp, text);
  if (!success) throw invalidSignature("the layer's timestamp is malformed");
  return base64Of(output.SignedRFC3161Timestamp, "timestamp of the layer");
}
