import type { BuiltinContext } from "../../core/builtin.ts";
import { memberOf } from "../../core/operands.ts";
import {
  compareValues,
  isArray,
  isNumber,
  numberOf,
  type RegoObject,
  type RegoValue,
} from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import { type VerificationKey, verificationKeysOf } from "./key-sets.ts";

/** What `io.jwt.decode_verify` demands of a token. */
export interface TokenConstraints {
  /** A secret, or keys: never both, never none. */
  readonly secret: string | undefined;
  readonly keys: readonly VerificationKey[];
  /** Empty: any. */
  readonly alg: string;
  /** Empty: any. */
  readonly iss: string;
  /** Empty: none. */
  readonly aud: string;
  /** Seconds since 1970. */
  readonly timeSeconds: number;
}

const names = ["cert", "secret", "alg", "iss", "aud", "time"];

/** @throws {BuiltinError} for one that is not known or of another type, and unless there is one kind of key */
export function readConstraints(
  given: RegoObject,
  { nowNs }: Pick<BuiltinContext, "nowNs">,
): TokenConstraints {
  const unknown = given.entries.find(([key]) => typeof key !== "string" || !names.includes(key));
  if (unknown !== undefined) {
    throw new BuiltinError(`unknown token validation constraint: ${String(unknown[0])}`);
  }
  const text = (name: string): string => {
    const value = memberOf(given, name);
    if (value !== undefined && typeof value !== "string") {
      throw new BuiltinError(`${name} constraint: must be a string`);
    }
    return value ?? "";
  };
  const keys = memberOf(given, "cert") === undefined ? undefined : verificationKeysOf(text("cert"));
  const [alg, aud, iss, secret] = [text("alg"), text("aud"), text("iss"), text("secret")];
  const timeSeconds = timeOf(memberOf(given, "time") ?? numberOf(nowNs)) / 1_000_000_000;
  if (keys !== undefined && secret !== "") throw new BuiltinError("duplicate key constraints");
  if (keys === undefined && secret === "") throw new BuiltinError("no key constraint");
  return { secret: keys === undefined ? secret : undefined, keys: keys ?? [], alg, iss, aud, timeSeconds };
}

function timeOf(value: RegoValue): number {
  const time = isNumber(value) ? Number(value.text) : Number.NaN;
  if (!Number.isFinite(time)) throw new BuiltinError("token time constraint: must be a number");
  if (time < 0) throw new BuiltinError("token time constraint: must not be negative");
  return time;
}

/**
 * Whether the claims of a token (RFC 7519 section 4.1) are what is demanded.
 * @throws {BuiltinError} for claims of another type
 */
export function areClaimsRight(payload: RegoObject, { iss, aud, timeSeconds }: TokenConstraints): boolean {
  if (iss !== "" && !isIssuerRight(memberOf(payload, "iss"), iss)) return false;
  if (!isAudienceRight(memberOf(payload, "aud"), aud)) return false;
  const now = numberOf(timeSeconds);
  const expiry = timeClaim(payload, "exp");
  if (expiry !== undefined && compareValues(now, expiry) >= 0) return false;
  const start = timeClaim(payload, "nbf");
  return start === undefined || compareValues(now, start) >= 0;
}

function isIssuerRight(claim: RegoValue | undefined, iss: string): boolean {
  if (claim !== undefined && typeof claim !== "string") throw new BuiltinError("iss value must be a string");
  return claim === iss;
}

function isAudienceRight(claim: RegoValue | undefined, aud: string): boolean {
  if (claim === undefined) return aud === "";
  return claim === aud || (isArray(claim) && claim.includes(aud));
}

function timeClaim(payload: RegoObject, name: "exp" | "nbf"): RegoValue | undefined {
  const claim = memberOf(payload, name);
  if (claim !== undefined && !isNumber(claim)) throw new BuiltinError(`${name} value must be a number`);
  return claim;
}
