import { createHash, type KeyObject } from "node:crypto";
import { layerAnnotations } from "../simple-signing/layer.ts";
import { type PrivateSigstore, signBytes, type TestIdentity, type TestLogEntry } from "./private-sigstore.ts";

/** A layer as cosign makes it: what is signed, and what says so. */
export interface SignedLayer {
  readonly payload: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PayloadOptions {
  /** What the signer says besides. */
  readonly optional?: Readonly<Record<string, unknown>> | null;
}

/** The text that is signed for an image. */
export function payloadFor(digest: string, { optional = null }: PayloadOptions = {}): string {
  return JSON.stringify({
    critical: {
      identity: { "docker-reference": "registry.test/acme/app" },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional,
  });
}

/** A signature by a key, without an entry of a log unless a Sigstore is given. */
export async function layerByKey(
  digest: string,
  {
    key,
    sigstore,
    ...options
  }: PayloadOptions & { key: { privateKey: KeyObject; publicKey: string }; sigstore?: PrivateSigstore },
): Promise<SignedLayer> {
  const payload = payloadFor(digest, options);
  const signature = signBytes(key.privateKey, Buffer.from(payload));
  const entry = await sigstore?.log(hashedRekord(payload, signature, key.publicKey));
  return {
    payload,
    annotations: {
      [layerAnnotations.signature]: signature.toString("base64"),
      ...(entry !== undefined && { [layerAnnotations.bundle]: promiseText(entry) }),
    },
  };
}

/** A signature with a certificate for an identity, and an entry of the log. */
export async function layerByIdentity(
  digest: string,
  {
    sigstore,
    identity,
    kind = "hashedrekord",
    ...options
  }: PayloadOptions & {
    sigstore: PrivateSigstore;
    identity: TestIdentity;
    kind?: "hashedrekord" | "rekord";
  },
): Promise<SignedLayer> {
  const payload = payloadFor(digest, options);
  const { privateKey, certificate } = await sigstore.certify(identity);
  const signature = signBytes(privateKey, Buffer.from(payload));
  const entry = await sigstore.log({ ...hashedRekord(payload, signature, certificate), kind });
  return {
    payload,
    annotations: {
      [layerAnnotations.signature]: signature.toString("base64"),
      [layerAnnotations.certificate]: certificate,
      [layerAnnotations.bundle]: promiseText(entry),
    },
  };
}

/** What the log is given: kinds `hashedrekord` and `rekord` have one form. */
export function hashedRekord(payload: string | Uint8Array, signature: Buffer, pem: string): object {
  const value = createHash("sha256").update(payload).digest("hex");
  return {
    ...{ apiVersion: "0.0.1", kind: "hashedrekord" },
    spec: {
      data: { hash: { algorithm: "sha256", value } },
      signature: {
        content: signature.toString("base64"),
        publicKey: { content: Buffer.from(pem).toString("base64") },
      },
    },
  };
}

/** cosign's annotation for an entry of the log. */
export function promiseText({
  body,
  integratedTime,
  logIndex,
  logId,
  signedEntryTimestamp,
}: TestLogEntry): string {
  return JSON.stringify({
    SignedEntryTimestamp: signedEntryTimestamp.toString("base64"),
    Payload: { body: body.toString("base64"), integratedTime, logIndex, logID: logId.toString("hex") },
  });
}
