import { type Builtin, type BuiltinContext, checkSize } from "../../core/builtin.ts";
import { formatGoJson, parseGoJson } from "../../core/go/json.ts";
import { memberOf, stringOperand } from "../../core/operands.ts";
import { isObject, type RegoValue } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import { algorithmOf, signWith } from "./algorithms.ts";
import { jwksOf } from "./key-sets.ts";

/** `io.jwt.encode_sign`: header, payload and key as values. */
export const encodeSign: Builtin = (operands, context) => {
  const [header = "", payload = "", key = ""] = operands.map(formatGoJson);
  return signed({ header, payload, key }, context);
};

/** `io.jwt.encode_sign_raw`: header, payload and key as JSON. */
export const encodeSignRaw: Builtin = (operands, context) => {
  const key = stringOperand(operands, 2);
  return signed({ header: stringOperand(operands, 0), payload: stringOperand(operands, 1), key }, context);
};

function signed(parts: { header: string; payload: string; key: string }, context: BuiltinContext): string {
  const { header, payload } = parts;
  checkSize(2 * (header.length + payload.length), context);
  const [jwk] = jwksOf(parts.key);
  if (jwk === undefined) throw new BuiltinError("no keys found in JWK set");
  const fields = parseGoJson(header);
  const algorithm = algorithmOf(textOf(fields, "alg") ?? "");
  if (algorithm === undefined) throw new BuiltinError("missing or unknown JWS algorithm");
  if ((textOf(fields, "typ") ?? "JWT") === "JWT") checkJson(payload);
  const text = `${Buffer.from(header).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`;
  const privateKey = algorithm.kind === "hmac" ? undefined : jwk.toPrivateKey();
  const signature = signWith(algorithm, jwk.toKey(), { data: Buffer.from(text), privateKey });
  if (signature === undefined) throw new BuiltinError("the key is not one of the algorithm");
  return `${text}.${Buffer.from(signature).toString("base64url")}`;
}

function textOf(fields: RegoValue, name: string): string | undefined {
  const value = isObject(fields) ? memberOf(fields, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

function checkJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch {
    throw new BuiltinError("type is JWT but payload is not JSON");
  }
}
