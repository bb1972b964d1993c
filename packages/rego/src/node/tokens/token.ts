import { parseGoJson } from "../../core/go/json.ts";
import { decodeGoText } from "../../core/go/text.ts";
import { memberOf } from "../../core/operands.ts";
import { isArray, isObject, type RegoObject, type RegoValue } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import { decodeGoBase64 } from "../go/base64.ts";

/** The three parts of a token (RFC 7515 section 3.1), as they stand there. */
export interface Token {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

// All readers of this file throw `BuiltinError`, and `RegoError` `REGO_LIMIT` for JSON that is too deep.

export function splitToken(text: string): Token {
  const [header, payload, signature, ...more] = text.split(".", 4);
  if (payload === undefined) throw new BuiltinError("encoded JWT had no period separators");
  if (header === undefined || signature === undefined || more.length > 0) {
    throw new BuiltinError("encoded JWT must have 3 sections");
  }
  return { header, payload, signature };
}

/** What is signed. */
export function signedData({ header, payload }: Token): Buffer {
  return Buffer.from(`${header}.${payload}`);
}

/** The bytes of one part. */
export function decodePart(token: Token, name: keyof Token): Uint8Array {
  const text = token[name];
  const missing = text.endsWith("=") ? 0 : (4 - (Buffer.byteLength(text) % 4)) % 4;
  const bytes = missing === 3 ? undefined : decodeGoBase64(text + "=".repeat(missing), "URL");
  if (bytes === undefined) throw new BuiltinError(`JWT ${name} had invalid encoding: illegal base64 data`);
  return bytes;
}

/** The header of a signed token; encrypted ones are refused. */
export function decodeHeader(token: Token): RegoObject {
  const header = parseObject(decodeGoText(decodePart(token, "header")));
  if (memberOf(header, "enc") !== undefined) {
    throw new BuiltinError("JWT is a JWE object, which is not supported");
  }
  return header;
}

export function parseObject(text: string): RegoObject {
  const value = parseGoJson(text);
  if (!isObject(value)) throw new BuiltinError("decoded JSON type was not an Object");
  return value;
}

/** What a header says of the signature (RFC 7515 section 4.1). */
export interface HeaderFields {
  readonly alg: string;
  readonly kid: string;
  readonly cty: string;
  /** Neither lacks its algorithm nor has a critical parameter that is not known. */
  readonly isValid: boolean;
}

const knownParameters = ["alg", "kid", "typ", "cty", "crit"];

export function readHeader(header: RegoObject): HeaderFields {
  const text = (name: string): string => {
    const value = memberOf(header, name) ?? "";
    if (typeof value !== "string" || memberOf(header, name) === null) {
      throw new BuiltinError(`${name}: must be a string`);
    }
    return value;
  };
  const [alg, kid, cty] = [text("alg"), text("kid"), text("cty")];
  text("typ");
  const critical = readCritical(memberOf(header, "crit"));
  const isUnknown = header.entries.some(
    ([key]) => typeof key === "string" && !knownParameters.includes(key) && critical.includes(key),
  );
  return { alg, kid, cty, isValid: alg !== "" && !isUnknown };
}

function readCritical(value: RegoValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (!isArray(value)) throw new BuiltinError("crit: must be a list");
  const end = value.findIndex((item) => typeof item !== "string");
  const names = (end < 0 ? value : value.slice(0, end)).filter((item) => typeof item === "string");
  if (names.length === 0) throw new BuiltinError("crit: must be a nonempty list");
  return names;
}
