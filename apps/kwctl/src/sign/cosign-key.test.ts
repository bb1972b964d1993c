import { verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KwctlError } from "../errors.ts";
import { readSigningKey } from "./signing-key.ts";

/** Made for these tests with the Go library that cosign encrypts keys with, for the password `open sesame`. */
const keys = {
  sigstore: {
    pem: `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiIrUHh5Z254YWlRMDhSNG9RR0dWUzVFSElBNWwrbGNu
WThvOHppWHFFY0ZNPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJEais0S2NtUU41QzNaNEpnSjYyeWxScnhtTEZIU2VJcyJ9LCJj
aXBoZXJ0ZXh0IjoiUVQwdHBIQ2pweEIzT1M0YzJwczNEMUthQTVsZm5PTlJZZTh6
a2JIOURER3FJblhmaFFPS0NOOWo3aVhsQzRHdVF2WEU3L2Y0QzMwVk1jandZaDlS
UW5DWEtvUmdSYlk4aENaYjc3MklHRzg3LzBiMW10aTA2bE1saFVOSTFPcFBqdEFY
Tm90RVBvWFNoZ1l1ZjdHS2YyWUxrMldvZFZHa09xcHBLWjkzeWdBZmpzbjdOOWIv
VzdsWlQ3OVZHeTNKSkxNNW1GV2l0VEk2TFE9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----
`,
    publicKey: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIjo+o+S0xeMBJLohj0f/FGx6yPM8
xQOAYs/3rcikncKhYkA6+s6Qsr94F7ORxD/9n+YaO4Uwf9F129pxyFHBog==
-----END PUBLIC KEY-----
`,
  },
  cosign: {
    pem: `-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjozMjc2OCwiciI6
OCwicCI6MX0sInNhbHQiOiJzSGJFMWJMbFBEZXNubTJUZFFBT1Zja0kvUm92a0pk
RThTSXNzREx5K1MwPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJPekRoVDQ1RGhhODAxS2ZhYWlHTFNyLzd4eVN0TlV2NyJ9LCJj
aXBoZXJ0ZXh0IjoiMk10QUFpaWhYS3FqTmplbklUOWIvUXdIZnk3SVNWVlAzYlI4
UlIwVStXUkRGd3VhWmRsWGVyQ0ZrWDRibG02ekd0WkdNL05OQndrU2lPSk9VbTVw
MmhmYzY4bE40alBlZnAwSTNLOGhISU44UWw3aUk0ZjQ5TEErQ0pwVDhteE5RbFdC
eTlEOXhhSWpKZzUvZjRZU1E2cmtsamgwNjhWcVVpbHVVNUg4Rk50WlJhYzh3VGdl
bkhMZ3hQUWlsQjQyS1FsRTFxYjd6UVJTVVE9PSJ9
-----END ENCRYPTED COSIGN PRIVATE KEY-----
`,
    publicKey: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKYr0/JpCVkI+HmSy6TOMFhP5UcjS
b9++7GqMayF3ARBpGS4x976XsEf65oheTgwr+qFStTXv+kszoAyxEGyKlQ==
-----END PUBLIC KEY-----
`,
  },
};
const password = "open sesame";
const read = (pem: string, given: string | undefined = password) =>
  readSigningKey(pem, { file: "cosign.key", password: given });

const withContent = (content: string) => {
  const body = Buffer.from(content).toString("base64");
  return `-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n${body}\n-----END ENCRYPTED COSIGN PRIVATE KEY-----\n`;
};
const content = Buffer.from(keys.cosign.pem.split("\n").slice(1, -2).join(""), "base64").toString();

/** The key with one thing of it changed. */
function changed(from: string | RegExp, to: string): string {
  const other = content.replace(from, to);
  if (other === content) throw new Error(`the key has no ${from}`);
  return withContent(other);
}

describe("a key in cosign's own form of encryption", () => {
  it.each(Object.entries(keys))(
    "of the name %s signs what its public key verifies",
    (_name, { pem, publicKey }) => {
      const key = read(pem);
      expect(key.publicKey).toBe(publicKey);
      expect(verify("sha256", Buffer.from("payload"), publicKey, key.sign(Buffer.from("payload")))).toBe(
        true,
      );
    },
  );

  it("is refused without a password, which it names", () => {
    expect(() => readSigningKey(keys.sigstore.pem, { file: "cosign.key", password: undefined })).toThrow(
      expect.objectContaining({ message: "cosign.key is encrypted: COSIGN_PASSWORD must hold its password" }),
    );
  });

  it.each<[string, string, string?]>([
    ["a wrong password", keys.cosign.pem, "guess"],
    ["an empty password", keys.cosign.pem, ""],
    ["another ciphertext", changed('"ciphertext":"2M', '"ciphertext":"2N')],
    ["less ciphertext than a tag", changed(/"ciphertext":".*?"/, '"ciphertext":""')],
    ["a nonce that is too short", changed(/"nonce":".*?"/, '"nonce":"Dj+4"')],
    ["a strength that takes all memory", changed("32768", "1073741824")],
    ["another derivation", changed('"scrypt"', '"pbkdf2"')],
    ["another cipher", changed("nacl/secretbox", "none")],
    ["no JSON", withContent("key")],
    ["no end", keys.cosign.pem.replace("-----END", "")],
  ])("is refused with %s", (_what, pem, given) => {
    expect(() => read(pem, given)).toThrow(
      expect.objectContaining({
        code: "KWCTL_INPUT_INVALID",
        message:
          "cosign.key is a private key that cannot be read: is the password in COSIGN_PASSWORD the right one?",
      }),
    );
  });

  it("is an error without anything of it, whatever it holds", () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.base64String());
    const record = fc.record({
      kdf: fc.record({
        name: fc.constantFrom("scrypt", "none"),
        params: fc.record({ N: fc.oneof(value, fc.integer()), r: fc.constantFrom(8, 0), p: value }),
        salt: value,
      }),
      cipher: fc.record({ name: fc.constantFrom("nacl/secretbox", "none"), nonce: value }),
      ciphertext: value,
    });
    const text = fc.oneof(
      record.map((given) => JSON.stringify(given)),
      fc.json(),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (given) => {
        expect(() => read(withContent(given))).toThrow(KwctlError);
      }),
    );
  });
});
