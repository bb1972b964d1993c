import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { expect, it } from "vitest";
import { builtinContext } from "../../../fixtures/builtin-context.ts";
import { memberOf } from "../../core/operands.ts";
import { isArray, isObject, type RegoObject, type RegoValue } from "../../core/value.ts";
import { formatValue, parseValue } from "../../core/value-text.ts";
import { BuiltinError } from "../../errors.ts";
import { certificateBuiltins } from "./builtins.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed = generateKeyPairSync("ed25519");

function call(name: string, ...operands: readonly RegoValue[]): RegoValue | undefined {
  return certificateBuiltins[name]?.(operands, builtinContext());
}

const pem = (key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8"): string =>
  String(key.export({ type, format: "pem" }));

/** The number of a member of a JSON Web Key. */
const numberOfJwk = (key: KeyObject, name: "n" | "d" | "x" | "y"): string =>
  BigInt(
    `0x${Buffer.from(key.export({ format: "jwk" })[name] ?? "", "base64url").toString("hex")}`,
  ).toString();

function member(value: RegoValue | undefined, name: string): RegoValue {
  const found = value !== undefined && isObject(value) ? memberOf(value, name) : undefined;
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function firstKey(text: string): RegoObject {
  const keys = call("crypto.parse_private_keys", text);
  const [first] = keys !== undefined && isArray(keys) ? keys : [];
  if (first === undefined || !isObject(first)) throw new Error("no key");
  return first;
}

it.each(["pkcs1", "pkcs8"] as const)("policy-runtime 48: an RSA key in %s gives its numbers", (type) => {
  const key = firstKey(pem(rsa.privateKey, type));
  expect(formatValue(member(key, "N"))).toBe(numberOfJwk(rsa.privateKey, "n"));
  expect(formatValue(member(key, "D"))).toBe(numberOfJwk(rsa.privateKey, "d"));
  expect(formatValue(member(key, "E"))).toBe("65537");
});

it.each(["sec1", "pkcs8"] as const)("policy-runtime 48: a key of a curve in %s gives its numbers", (type) => {
  const key = firstKey(pem(ec.privateKey, type));
  for (const [name, short] of [
    ["X", "x"],
    ["Y", "y"],
    ["D", "d"],
  ] as const) {
    expect(formatValue(member(key, name)), name).toBe(numberOfJwk(ec.privateKey, short));
  }
});

it("policy-runtime 48: several keys come in their order, in base64 too, and nothing from what has none", () => {
  const both = pem(ec.privateKey, "sec1") + pem(rsa.privateKey, "pkcs1") + pem(ed.privateKey, "pkcs8");
  const keys = call("crypto.parse_private_keys", both);
  expect(keys).toHaveLength(3);
  expect(call("crypto.parse_private_keys", Buffer.from(both).toString("base64"))).toEqual(keys);
  expect(call("crypto.parse_private_keys", issueCertificate("x").cert)).toEqual([]);
});

it("policy-runtime 48: an RSA key becomes a JSON Web Key", () => {
  const jwk = call("crypto.x509.parse_rsa_private_key", pem(rsa.privateKey, "pkcs1"));
  const wanted = rsa.privateKey.export({ format: "jwk" });
  for (const [name, value] of Object.entries(wanted)) expect(member(jwk, name), name).toBe(value);
});

it("policy-runtime 48: a certificate and its key are a pair, and others are none", () => {
  const own = issueCertificate("own", { keys: rsa });
  const pair = call("crypto.x509.parse_keypair", own.cert, own.key);
  expect(member(pair, "Certificate")).toEqual([Buffer.from(own.der).toString("base64")]);
  expect(formatValue(member(member(pair, "PrivateKey"), "N"))).toBe(numberOfJwk(rsa.privateKey, "n"));
  expect(() => call("crypto.x509.parse_keypair", own.cert, pem(ec.privateKey, "pkcs8"))).toThrow(
    BuiltinError,
  );
});

it.each([
  ["pairs", "crypto.x509.parse_keypair", [null, parseValue("{}")]],
  ["keys", "crypto.parse_private_keys", [parseValue("[1]")]],
])("policy-runtime 48: %s of other types give nothing", (_, name, operands) => {
  expect(() => call(name, ...operands)).toThrow(BuiltinError);
});
