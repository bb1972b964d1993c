import { createHmac, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { builtinContext } from "../../../fixtures/builtin-context.ts";
import { objectOf, type RegoValue } from "../../core/value.ts";
import { parseValue } from "../../core/value-text.ts";
import { BuiltinError } from "../../errors.ts";
import { tokenBuiltins } from "./builtins.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token that somebody signed who knows only what is public. */
function forged(header: unknown, secret: string | undefined): string {
  const data = `${part(header)}.${part({ admin: true })}`;
  const mac = secret === undefined ? "" : createHmac("sha256", secret).update(data).digest("base64url");
  return `${data}.${mac}`;
}

function call(name: string, ...operands: readonly RegoValue[]): RegoValue | undefined {
  try {
    return tokenBuiltins[name]?.(operands, builtinContext());
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error;
    return undefined;
  }
}

const unverified = parseValue("[false, {}, {}]");
const publicKeys = [rsa, ec, ed].flatMap(({ publicKey }) => [
  String(publicKey.export({ type: "spki", format: "pem" })),
  JSON.stringify(publicKey.export({ format: "jwk" })),
]);
const keyFunctions = Object.keys(tokenBuiltins).filter((name) => /verify_(?:rs|ps|es|eddsa)/.test(name));

describe.each(publicKeys)("policy-runtime 48: with a public key, %s", (key) => {
  it.each(["HS256", "none", "RS256", "ES256", "EdDSA", ""])(
    "a MAC made with it is no signature, whatever the header says: %s",
    (alg) => {
      const token = forged({ alg }, key);
      for (const name of keyFunctions) expect(call(name, token, key) ?? false, name).toBe(false);
      const result = call("io.jwt.decode_verify", token, objectOf([["cert", key]]));
      expect(result ?? unverified).toEqual(unverified);
    },
  );

  it("a token without a signature is never right", () => {
    for (const alg of ["none", "None", "HS256", "RS256"]) {
      const token = forged({ alg }, undefined);
      for (const name of keyFunctions) expect(call(name, token, key) ?? false, name).toBe(false);
      const result = call("io.jwt.decode_verify", token, objectOf([["cert", key]]));
      expect(result ?? unverified).toEqual(unverified);
    }
  });
});

it("policy-runtime 48: a secret among the keys of a set checks no token of a public key's algorithm", () => {
  const secret = { kty: "oct", k: Buffer.from("secret").toString("base64url") };
  const keys = JSON.stringify({ keys: [secret, rsa.publicKey.export({ format: "jwk" })] });
  for (const alg of ["RS256", "HS256"]) {
    for (const name of keyFunctions) expect(call(name, forged({ alg }, "secret"), keys) ?? false).toBe(false);
  }
});

it("policy-runtime 48: both a secret and a key, or none of both, are refused", () => {
  const token = forged({ alg: "HS256" }, "secret");
  expect(
    call("io.jwt.decode_verify", token, parseValue('{"secret": "secret", "cert": "x"}')),
  ).toBeUndefined();
  expect(call("io.jwt.decode_verify", token, parseValue("{}"))).toBeUndefined();
});
