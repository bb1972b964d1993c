import { scryptSync } from "node:crypto";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import * as v from "valibot";

const Base64 = v.pipe(
  v.string(),
  v.base64(),
  v.transform((text) => Buffer.from(text, "base64")),
);

/** What cosign writes between the lines of the PEM; other strengths than its three would only cost memory and time. */
const EncryptedKey = v.object({
  kdf: v.object({
    name: v.literal("scrypt"),
    params: v.object({ N: v.picklist([2 ** 15, 2 ** 16, 2 ** 17]), r: v.literal(8), p: v.literal(1) }),
    salt: Base64,
  }),
  cipher: v.object({ name: v.literal("nacl/secretbox"), nonce: Base64 }),
  ciphertext: Base64,
});

const cosignPem =
  /-----BEGIN ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY-----([^-]*)-----END ENCRYPTED \1 PRIVATE KEY-----/;

/** Whether a PEM text holds a private key in cosign's own form of encryption, as `cosign generate-key-pair` writes it. */
export function isCosignKey(pem: string): boolean {
  return cosignPem.test(pem);
}

/**
 * Decrypts a key for which {@link isCosignKey}: scrypt makes the key of a NaCl secret box, which holds PKCS #8.
 * @returns the PKCS #8, in DER
 * @throws {Error} for a wrong password or another content; its text may tell of the key and is not for users
 */
export function decryptCosignKey(pem: string, password: string): Buffer {
  const body = cosignPem.exec(pem)?.[2] ?? "";
  const { kdf, cipher, ciphertext } = v.parse(
    EncryptedKey,
    JSON.parse(Buffer.from(body, "base64").toString()),
  );
  const { N, r, p } = kdf.params;
  const key = scryptSync(password, kdf.salt, 32, { N, r, p, maxmem: 2 * 128 * N * r });
  return Buffer.from(xsalsa20poly1305(key, cipher.nonce).decrypt(ciphertext));
}
