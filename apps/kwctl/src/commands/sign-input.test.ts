import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";

describe.each([
  ["sign", "--annotation", ["sign", "registry://127.0.0.1:1/p:v1", "--key=/k.pem"]],
  ["verify", "--verification-annotation", ["verify", "registry://127.0.0.1:1/p:v1", "-k=/k.pem"]],
])("kwctl-and-oci 26: kwctl %s", (_command, flag, args) => {
  it.each([
    ["without a value", ["env"], "env", "expected a key, an equals sign and a value, as in env=prod"],
    ["without a key", ["=prod"], "=prod", "expected a key, an equals sign and a value, as in env=prod"],
    ["that is given twice", ["env=a", "env=b"], "env=b", "the key 'env' is given twice, expected each once"],
  ])("refuses an annotation %s", async (_what, texts, text, reason) => {
    const { code, stderr } = await runKwctl([...args, ...texts.flatMap((each) => ["-a", each])]);
    expect(code).toBe(2);
    expect(stderr.split("\n")[0]).toBe(`error: invalid value '${text}' for '${flag} <KEY=VALUE>': ${reason}`);
  });
});

describe("kwctl sign", () => {
  const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
  it.each<[string, string[], string]>([
    [
      "nothing to sign with",
      [],
      "Nothing to sign with: give a private key (--key) or an identity token (--identity-token)",
    ],
    [
      "a key that is not there",
      ["--key=/none"],
      "could not read file /none: No such file or directory (os error 2)",
    ],
    ["a file that is no key", ["--key=/s.yml"], "/s.yml is not a private key in PEM"],
    [
      "a token that is none",
      ["--identity-token=secret.thing"],
      "the identity token is no JSON Web Token, nor a file with one",
    ],
    [
      "a token of nobody",
      [`--identity-token=${token({ aud: "sigstore" })}`],
      "the identity token names nobody: it has neither of the claims `email` and `sub`",
    ],
    [
      "a token with an address that nobody verified",
      [`--identity-token=${token({ email: "a@b.test", email_verified: false })}`],
      "the identity token has an email address that its issuer has not verified",
    ],
    [
      "a signing configuration that is none",
      [`--identity-token=${token({ sub: "a" })}`, "--sigstore-trust-config=/empty.json"],
      "Sigstore PKI file /empty.json missing signing_config field",
    ],
    [
      "a signing configuration that is no JSON",
      [`--identity-token=${token({ sub: "a" })}`, "--sigstore-trust-config=/k.pem"],
      "could not parse Sigstore trust config file /k.pem: ",
    ],
  ])("refuses %s, and contacts nobody", async (_what, args, message) => {
    const files = memoryFiles({
      "/k.pem": generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }),
      "/s.yml": "{}",
      "/empty.json": "{}",
    });
    const { code, stderr } = await runKwctl(["sign", "registry://127.0.0.1:1/p:v1", ...args], { files });
    expect(code).toBe(1);
    expect(stderr.slice(0, `Error: ${message}`.length)).toBe(`Error: ${message}`);
    expect(stderr).not.toContain("secret");
  });

  it("refuses what is no image", async () => {
    const { code, stderr } = await runKwctl(["sign", "https://host.test/p.wasm", "--key=/k"]);
    const message = "Signing only works with OCI images: Not a valid oci image: invalid reference format";
    expect({ code, stderr }).toEqual({ code: 1, stderr: `Error: ${message}\n` });
  });

  it("is not told two ways to sign", async () => {
    const { code, stderr } = await runKwctl(["sign", "a/b", "--key=/k", "--identity-token=t"]);
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be used with");
  });
});
