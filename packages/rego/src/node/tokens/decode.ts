import type { Builtin } from "../../core/builtin.ts";
import { decodeGoText } from "../../core/go/text.ts";
import { memberOf, objectOperand, stringOperand } from "../../core/operands.ts";
import { objectOf, type RegoObject, type RegoValue } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import { algorithmOf, isSignatureRight, type SignedData } from "./algorithms.ts";
import { areClaimsRight, readConstraints, type TokenConstraints } from "./constraints.ts";
import {
  decodeHeader,
  decodePart,
  type HeaderFields,
  parseObject,
  readHeader,
  signedData,
  splitToken,
} from "./token.ts";

/** `io.jwt.decode`: header, payload and signature, of the innermost token; nothing is checked. */
export const decode: Builtin = (operands) => decodeNested(stringOperand(operands, 0));

function decodeNested(text: string): RegoValue {
  const token = splitToken(text);
  const header = decodeHeader(token);
  const payload = decodeGoText(decodePart(token, "payload"));
  const type = memberOf(header, "cty");
  if (type !== undefined && typeof type !== "string") throw new BuiltinError("cty: must be a string");
  // A token as payload stands in quotes.
  if (type === "JWT") return decodeNested(payload.replace(/^["']+/, "").replace(/["']+$/, ""));
  return [header, parseObject(payload), decodePart(token, "signature").toHex()];
}

const unverified: RegoValue = [false, objectOf([]), objectOf([])];

/** `io.jwt.decode_verify`: whether signature and claims are right, and then header and payload. */
export const decodeVerify: Builtin = (operands, context) => {
  const text = stringOperand(operands, 0);
  const constraints = readConstraints(objectOperand(operands, 1), context);
  const token = verifiedToken(text, constraints);
  if (token === undefined) return unverified;
  const payload = parseObject(token.payload);
  return areClaimsRight(payload, constraints) ? [true, token.header, payload] : unverified;
};

/** The innermost token, when each one around it and itself is signed right. */
function verifiedToken(
  text: string,
  constraints: TokenConstraints,
): { header: RegoObject; payload: string } | undefined {
  const token = splitToken(text);
  const header = decodeHeader(token);
  const fields = readHeader(header);
  if (!fields.isValid || (constraints.alg !== "" && constraints.alg !== fields.alg)) return undefined;
  const signed = { data: signedData(token), signature: decodePart(token, "signature") };
  if (!isSigned(signed, fields, constraints)) return undefined;
  const payload = decodeGoText(decodePart(token, "payload"));
  return /^jwt$/i.test(fields.cty) ? verifiedToken(payload, constraints) : { header, payload };
}

function isSigned(
  signed: SignedData,
  { alg, kid }: HeaderFields,
  { secret, keys }: TokenConstraints,
): boolean {
  const algorithm = algorithmOf(alg === "Ed25519" ? "EdDSA" : alg);
  if (algorithm === undefined) return false;
  const exact = { exactSizes: true };
  if (secret !== undefined) {
    return isSignatureRight(algorithm, { kind: "secret", bytes: Buffer.from(secret) }, signed, exact);
  }
  const named = kid === "" ? undefined : keys.find(({ keyId }) => keyId === kid);
  const candidates = named ? [named] : keys.filter((key) => key.algorithm === "" || key.algorithm === alg);
  return candidates.some(({ key }) => isSignatureRight(algorithm, key, signed, exact));
}
