import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KwctlError } from "../errors.ts";
import { readSigningKey } from "./signing-key.ts";

const password = "open sesame";
const data = Buffer.from("payload");
const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const ed25519 = () => generateKeyPairSync("ed25519").privateKey;
const pkcs8 = (key: KeyObject) => key.export({ format: "pem", type: "pkcs8" }).toString();
const encrypted = (key: KeyObject) =>
  key.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: password }).toString();
const read = (pem: string, given?: string) => readSigningKey(pem, { file: "k.pem", password: given });

describe("a signing key", () => {
  const [p256, rsa2048, edwards] = [ec("P-256"), rsa(2048), ed25519()];
  it.each<[string, KeyObject, string, string | null, string?]>([
    ["of P-256", p256, pkcs8(p256), "sha256"],
    ["of P-256 in SEC 1", p256, p256.export({ format: "pem", type: "sec1" }).toString(), "sha256"],
    ["of P-256, encrypted", p256, encrypted(p256), "sha256", password],
    ["of RSA", rsa2048, pkcs8(rsa2048), "sha256"],
    ["of Ed25519", edwards, pkcs8(edwards), null],
  ])("%s signs what its public key verifies", (_what, privateKey, pem, hash, given) => {
    const { publicKey, hint, sign } = read(pem, given);
    expect(publicKey).toBe(createPublicKey(privateKey).export({ format: "pem", type: "spki" }));
    expect(Buffer.from(hint, "base64")).toHaveLength(32);
    expect(verify(hash, data, publicKey, sign(data))).toBe(true);
    expect(verify(hash, Buffer.from("other"), publicKey, sign(data))).toBe(false);
  });

  const wrongKind =
    "k.pem holds a key that verifiers do not agree on: P-256, Ed25519 and RSA of 2048 bits or more can be used";
  it.each<[string, string, string | undefined, string]>([
    ["nothing", "", undefined, "k.pem is not a private key in PEM"],
    [
      "a public key",
      createPublicKey(p256).export({ format: "pem", type: "spki" }).toString(),
      undefined,
      "k.pem is not a private key in PEM",
    ],
    [
      "an encrypted key without a password",
      encrypted(p256),
      undefined,
      "k.pem is encrypted: COSIGN_PASSWORD must hold its password",
    ],
    [
      "an encrypted key with a wrong password",
      encrypted(p256),
      "guess",
      "k.pem is a private key that cannot be read: is the password in COSIGN_PASSWORD the right one?",
    ],
    [
      "a damaged key",
      pkcs8(p256).replace(/M[A-Z]/, "AA"),
      undefined,
      "k.pem is a private key that cannot be read",
    ],
    ["P-384", pkcs8(ec("P-384")), undefined, wrongKind],
    ["secp256k1", pkcs8(ec("secp256k1")), undefined, wrongKind],
    ["RSA of 1024 bits", pkcs8(rsa(1024)), undefined, wrongKind],
  ])("is not read from %s", (_what, pem, given, message) => {
    expect(() => read(pem, given)).toThrow(expect.objectContaining({ code: "KWCTL_INPUT_INVALID", message }));
  });

  it("is read or an error without anything of it, whatever stands between its lines", () => {
    const labels = fc.constantFrom(
      "PRIVATE KEY",
      "ENCRYPTED PRIVATE KEY",
      "EC PRIVATE KEY",
      "RSA PRIVATE KEY",
    );
    fc.assert(
      fc.property(labels, fc.base64String({ minLength: 40 }), (label, body) => {
        try {
          read(`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`, password);
        } catch (error) {
          expect(error).toBeInstanceOf(KwctlError);
          expect(String(error)).not.toContain(body);
          expect(String(error)).not.toContain(password);
        }
      }),
    );
  });
});
