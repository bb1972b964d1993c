import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { pem } from "@kubewarden-ts/x509/testing";
import { describe, expect, it } from "vitest";
import { SigstoreError } from "./errors.ts";
import { isDigestSignedBy, isSignedBy, parsePublicKey } from "./keys.ts";

type Keys = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
const content = Buffer.from("content");
const pemOf = ({ publicKey }: Keys): string => String(publicKey.export({ format: "pem", type: "spki" }));
const curve = (namedCurve: string): Keys => generateKeyPairSync("ec", { namedCurve });
const rsa = (modulusLength: number): Keys => generateKeyPairSync("rsa", { modulusLength });

describe("signatures by a key", () => {
  it.each<[string, Keys, string | null]>([
    ["P-256, SHA-256", curve("P-256"), "sha256"],
    ["P-384, SHA-384", curve("P-384"), "sha384"],
    ["P-384, SHA-256 as cosign signs", curve("P-384"), "sha256"],
    ["Ed25519", generateKeyPairSync("ed25519"), null],
    ["RSA, SHA-256", rsa(2048), "sha256"],
  ])("kwctl-and-oci 15.3: %s", (_kind, keys, digest) => {
    const key = parsePublicKey(pemOf(keys));
    const signature = sign(digest, content, keys.privateKey);
    expect(isSignedBy(key, content, signature)).toBe(true);
    expect(isSignedBy(key, Buffer.from("other"), signature)).toBe(false);
    expect(isSignedBy(key, content, signature.subarray(1))).toBe(false);
    expect(isSignedBy(key, content, Buffer.alloc(0))).toBe(false);
  });

  it.each<[string, Keys, string]>([
    ["P-256, SHA-512", curve("P-256"), "sha512"],
    ["P-384, SHA-512", curve("P-384"), "sha512"],
    ["RSA, SHA-1", rsa(2048), "sha1"],
  ])("with another digest are none: %s", (_kind, keys, digest) => {
    expect(isSignedBy(parsePublicKey(pemOf(keys)), content, sign(digest, content, keys.privateKey))).toBe(
      false,
    );
  });

  it("are over the content, not over its digest", () => {
    const keys = curve("P-256");
    const digest = createHash("sha256").update(content).digest();
    expect(isSignedBy(keys.publicKey, content, sign("sha256", digest, keys.privateKey))).toBe(false);
  });
});

describe("signatures of what is known by its SHA-256 alone", () => {
  const sha256 = createHash("sha256").update(content).digest();

  it.each(["P-256", "P-384"])("kwctl-and-oci 16.5: agree with Node.js about the content, %s", (name) => {
    const keys = curve(name);
    for (let turn = 0; turn < 20; turn++) {
      const signature = sign("sha256", content, keys.privateKey);
      expect(isDigestSignedBy(keys.publicKey, sha256, signature)).toBe(true);
      expect(isDigestSignedBy(curve(name).publicKey, sha256, signature)).toBe(false);
      signature[signature.length - 1]! ^= 1;
      expect(isDigestSignedBy(keys.publicKey, sha256, signature)).toBe(false);
    }
    const zeros = Buffer.from([0x30, 6, 2, 1, 0, 2, 1, 0]);
    for (const none of [Buffer.alloc(0), sha256, zeros]) {
      expect(isDigestSignedBy(keys.publicKey, sha256, none)).toBe(false);
    }
  });

  it.each<[string, KeyObject]>([
    ["RSA", rsa(2048).publicKey],
    ["Ed25519", generateKeyPairSync("ed25519").publicKey],
    ["P-521", curve("P-521").publicKey],
  ])("are not verified with %s", (_kind, key) => {
    expect(() => isDigestSignedBy(key, sha256, sha256)).toThrow(SigstoreError);
  });
});

describe("a public key", () => {
  const { privateKey, publicKey } = curve("P-256");
  const der = publicKey.export({ format: "der", type: "spki" });
  it.each<[string, string, RegExp]>([
    ["nothing", "", /this is no PEM block/],
    ["a private key", String(privateKey.export({ format: "pem", type: "pkcs8" })), /"PRIVATE KEY"/],
    ["a certificate by its label", pem("CERTIFICATE", der), /"CERTIFICATE"/],
    ["other bytes", pem("PUBLIC KEY", Buffer.from("none")), /cannot be read/],
    ["RSA with 1024 bits", pemOf(rsa(1024)), /kind rsa of 1024 bits/],
    ["another curve", pemOf(curve("secp256k1")), /kind ec of the curve secp256k1/],
    ["P-521", pemOf(curve("P-521")), /kind ec of the curve secp521r1/],
    ["a key of another kind", pemOf(generateKeyPairSync("x25519")), /kind x25519/],
  ])("kwctl-and-oci 15.3: %s is none", (_what, text, message) => {
    expect(() => parsePublicKey(text)).toThrow(message);
    expect(() => parsePublicKey(text)).toThrow(SigstoreError);
  });
});
