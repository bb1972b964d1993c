import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { invalidInput } from "../errors.ts";
import { decryptCosignKey, isCosignKey } from "./cosign-key.ts";

/** A private key that signatures of images are made with. */
export interface SigningKey {
  /** SubjectPublicKeyInfo, PEM: what `pubKey` of a verification configuration wants */
  readonly publicKey: string;
  /** By which bundles name the key: the SHA-256 of its SubjectPublicKeyInfo, in base64. */
  readonly hint: string;
  sign(data: Uint8Array): Buffer;
}

/** What holds the password of an encrypted key; cosign reads the same. */
export const passwordVariable = "COSIGN_PASSWORD";

/**
 * Reads a private key as PEM: PKCS #8, in plain text or encrypted, cosign's own form of encryption, or the older forms of
 * RSA and EC.
 * @param options.file - its path, for errors
 * @param options.password - of an encrypted key
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`; the text never holds anything of the key
 */
export function readSigningKey(
  pem: string,
  { file, password }: { file: string; password: string | undefined },
): SigningKey {
  const privateKey = readPrivateKey(pem, file, password);
  const hash = hashOf(privateKey, file);
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ format: "der", type: "spki" });
  return {
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
    hint: createHash("sha256").update(spki).digest("base64"),
    sign: (data) => sign(hash, data, privateKey),
  };
}

function readPrivateKey(pem: string, file: string, password: string | undefined): KeyObject {
  if (!/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(pem)) {
    throw invalidInput(`${file} is not a private key in PEM`);
  }
  const isEncrypted = /-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem);
  if (isEncrypted && password === undefined) {
    throw invalidInput(`${file} is encrypted: ${passwordVariable} must hold its password`);
  }
  try {
    if (password !== undefined && isCosignKey(pem)) {
      return createPrivateKey({ key: decryptCosignKey(pem, password), format: "der", type: "pkcs8" });
    }
    return createPrivateKey({ key: pem, ...(isEncrypted && { passphrase: password }) });
  } catch {
    // the cause may tell of the key
    const remedy = isEncrypted ? `: is the password in ${passwordVariable} the right one?` : "";
    throw invalidInput(`${file} is a private key that cannot be read${remedy}`);
  }
}

/** Of all verifiers alike: P-256 and RSA sign a SHA-256, Ed25519 the data itself. */
function hashOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject, file: string) {
  if (type === "ed25519") return null;
  if (type === "ec" && details?.namedCurve === "prime256v1") return "sha256";
  if (type === "rsa" && (details?.modulusLength ?? 0) >= 2048) return "sha256";
  throw invalidInput(
    `${file} holds a key that verifiers do not agree on: P-256, Ed25519 and RSA of 2048 bits or more can be used`,
  );
}
