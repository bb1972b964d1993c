import { compareCodePoints } from "@kubewarden-ts/protocol";
import { BuiltinError } from "../../errors.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { jsonValueOf } from "../go/json.ts";
import { escapeQuery, parseQuery, unescapeQuery } from "../go/query.ts";
import { decodeGoText } from "../go/text.ts";
import { bytesOperand, objectOperand, stringOperand } from "../operands.ts";
import { isArray, isObject, objectOf, type RegoValue } from "../value.ts";

const encodeBase64Url: Builtin = (operands, context) => {
  const bytes = bytesOperand(operands, 0);
  checkSize(Math.ceil((bytes.length * 4) / 3), context);
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
};

const encodeHex: Builtin = (operands, context) => {
  const bytes = bytesOperand(operands, 0);
  checkSize(bytes.length * 2, context);
  return bytes.toHex();
};

const decodeHex: Builtin = (operands) => {
  const text = stringOperand(operands, 0);
  if (text.length % 2 !== 0 || /[^0-9A-Fa-f]/.test(text))
    throw new BuiltinError("encoding/hex: invalid text");
  return decodeGoText(Uint8Array.fromHex(text));
};

/** Each byte becomes three characters at most. */
const charactersPerByte = 3;

const encodeQuery: Builtin = (operands, context) => {
  checkSize(bytesOperand(operands, 0).length * charactersPerByte, context);
  return escapeQuery(stringOperand(operands, 0));
};

const decodeQuery: Builtin = (operands) => {
  const text = unescapeQuery(stringOperand(operands, 0));
  if (text === undefined) throw new BuiltinError("invalid URL escape");
  return text;
};

/** Names in order; the values of one name in theirs. */
const encodeQueryObject: Builtin = (operands, context) => {
  const json = jsonValueOf(objectOperand(operands, 0));
  if (!isObject(json)) return undefined;
  const settings = json.entries.flatMap(([name, value]) =>
    queryValues(value).map((text) => [String(name), text] as const),
  );
  const sorted = settings.sort(([left], [right]) => compareCodePoints(left, right));
  const length = sorted.reduce((sum, [name, text]) => sum + name.length + text.length + 2, 0);
  checkSize(length * charactersPerByte, context);
  return sorted.map(([name, text]) => `${escapeQuery(name)}=${escapeQuery(text)}`).join("&");
};

function queryValues(value: RegoValue): readonly string[] {
  if (typeof value === "string") return [value];
  const texts = isArray(value) ? value.filter((item) => typeof item === "string") : [];
  if (isArray(value) && texts.length === value.length) return texts;
  throw new BuiltinError("operand 1 values must be string, array[string], or set[string]");
}

const decodeQueryObject: Builtin = (operands) => {
  const values = parseQuery(stringOperand(operands, 0));
  if (values === undefined) throw new BuiltinError("invalid query");
  return objectOf(values);
};

/** Texts as bytes: base64, hexadecimal digits, queries of URLs. */
export const encodingBuiltins: BuiltinTable = {
  "base64url.encode_no_pad": encodeBase64Url,
  "hex.decode": decodeHex,
  "hex.encode": encodeHex,
  "urlquery.decode": decodeQuery,
  "urlquery.decode_object": decodeQueryObject,
  "urlquery.encode": encodeQuery,
  "urlquery.encode_object": encodeQueryObject,
};
