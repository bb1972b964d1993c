import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { expect, it } from "vitest";
import { builtinContext } from "../../../fixtures/builtin-context.ts";
import type { RegoValue } from "../../core/value.ts";
import { parseValue } from "../../core/value-text.ts";
import { BuiltinError } from "../../errors.ts";
import { tokenBuiltins } from "./builtins.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keys = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: generateKeyPairSync("ec", { namedCurve: "P-521" }),
  EdDSA: generateKeyPairSync("ed25519"),
};

const jwk = (key: KeyObject): string => JSON.stringify(key.export({ format: "jwk" }));

function call(name: string, ...operands: readonly RegoValue[]): RegoValue | undefined {
  return tokenBuiltins[name]?.(operands, builtinContext());
}

it.each(Object.entries(keys))(
  "policy-runtime 48: a token signed with %s is right for its key, and for no other",
  (alg, { privateKey, publicKey }) => {
    const header = parseValue(JSON.stringify({ alg }));
    const token = call("io.jwt.encode_sign", header, parseValue('{"a": 1}'), parseValue(jwk(privateKey)));
    if (typeof token !== "string") throw new Error("no token");
    const verify = `io.jwt.verify_${alg.toLowerCase()}`;
    expect(call(verify, token, jwk(publicKey))).toBe(true);
    expect(call(verify, token, String(publicKey.export({ type: "spki", format: "pem" })))).toBe(true);
    expect(call(verify, token, jwk(keys.EdDSA.publicKey))).toBe(alg === "EdDSA");
    expect(call(verify, `${token.slice(0, token.lastIndexOf("."))}.AAAA`, jwk(publicKey))).toBe(false);
    const raw = call("io.jwt.encode_sign_raw", JSON.stringify({ alg }), '{"a": 1}', jwk(privateKey));
    expect(call(verify, raw ?? null, jwk(publicKey))).toBe(true);
  },
);

it.each([
  ["another algorithm's key", "RS256", jwk(keys.ES256.privateKey)],
  ["a public key", "RS256", jwk(rsa.publicKey)],
  ["a secret", "RS256", '{"kty": "oct", "k": "c2VjcmV0"}'],
  ["a key for a MAC", "HS256", jwk(rsa.privateKey)],
  ["an algorithm that is not known", "RS1", jwk(rsa.privateKey)],
])("policy-runtime 48: nothing is signed with %s", (_, alg, key) => {
  const header = parseValue(JSON.stringify({ alg }));
  expect(() => call("io.jwt.encode_sign", header, parseValue("{}"), parseValue(key))).toThrow(BuiltinError);
});
