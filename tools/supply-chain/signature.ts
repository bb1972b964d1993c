import { readFile } from "node:fs/promises";
import { keySigner } from "../../apps/kwctl/src/sign/image-signer.ts";
import { passwordVariable, readSigningKey } from "../../apps/kwctl/src/sign/signing-key.ts";
import { readBundle } from "../../packages/sigstore/src/bundle/read-bundle.ts";
import { parsePublicKey } from "../../packages/sigstore/src/keys.ts";
import { verifyByKey } from "../../packages/sigstore/src/verify/verify-entity.ts";

/** What follows the name of an artefact: a Sigstore bundle around the bytes of its provenance. */
export const signatureSuffix = ".provenance.sigstore.json";

/** Puts a statement into a signed envelope: a Sigstore bundle of version 0.3, as JSON. */
export type SignStatement = (statement: string) => Promise<unknown>;

/**
 * Reads a private key, as `kwctl sign` does.
 * @param env - holds the password of an encrypted key
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export async function readSigner(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SignStatement> {
  const key = readSigningKey(await readFile(file, "utf8"), { file, password: env[passwordVariable] });
  const signer = await keySigner(key);
  return (statement) => signer.bundle(Buffer.from(statement));
}

/**
 * Checks the signature of a statement by a key.
 * @param publicKey - in PEM
 * @throws {SigstoreError} for a malformed bundle, or a signature by another key or of another content
 */
export function checkSignature(bundleJson: Uint8Array, statement: Uint8Array, publicKey: string): void {
  const bundle = readBundle(bundleJson);
  verifyByKey(bundle, Buffer.alloc(0), { key: parsePublicKey(publicKey), trust: undefined, minEntries: 0 });
  const { content } = bundle;
  if (content.$case !== "dsseEnvelope" || !content.dsseEnvelope.payload.equals(statement)) {
    throw new Error("it is the signature of another statement");
  }
}
