/** A JSON number as it was written: `9007199254740993` and `1.0` stay what they are. */
export interface LosslessNumber {
  readonly text: string;
}

/**
 * A JSON object. A `Map`, so that keys such as `__proto__` and `1` are keys like any other and keep their order; where
 * a key stands twice in the text, the later value counts.
 */
export type LosslessObject = Map<string, LosslessValue>;

/** A JSON value whose numbers keep their text. What is neither a primitive, an array nor a `Map` is a number. */
export type LosslessValue = null | boolean | string | LosslessNumber | LosslessValue[] | LosslessObject;

/** Whether a value is a number; narrows. */
export function isLosslessNumber(value: LosslessValue): value is LosslessNumber {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

/** Writes compact JSON text. Members keep the order of the map. */
export function stringifyLossless(value: LosslessValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(stringifyLossless).join(",")}]`;
  if (value instanceof Map) return `{${Array.from(value, stringifyMember).join(",")}}`;
  return value.text;
}

function stringifyMember([key, value]: [string, LosslessValue]): string {
  return `${JSON.stringify(key)}:${stringifyLossless(value)}`;
}

/**
 * Whether two values are the same JSON (policy-runtime, JSON rules). Integers (without fraction and exponent) are
 * equal by their digits, other numbers by their value as a double, an integer and another number never: `1` is not
 * `1.0`. Only integers that guests cannot keep, `-0` and those beyond 64 bits, equal the double that comes back for
 * them. Order of members does not matter.
 */
export function losslessEquals(left: LosslessValue, right: LosslessValue): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left)) return Array.isArray(right) && arraysEqual(left, right);
  if (left instanceof Map) return right instanceof Map && objectsEqual(left, right);
  return isLosslessNumber(right) && numbersEqual(left.text, right.text);
}

function arraysEqual(left: LosslessValue[], right: LosslessValue[]): boolean {
  return left.length === right.length && left.every((item, index) => losslessEquals(item, right[index]!));
}

function objectsEqual(left: LosslessObject, right: LosslessObject): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !losslessEquals(value, other)) return false;
  }
  return true;
}

function numbersEqual(left: string, right: string): boolean {
  if (left === right) return true;
  if (isInteger(left) && isInteger(right)) return isZero(left) && isZero(right);
  if (isExactInteger(left) || isExactInteger(right)) return false;
  const value = Number(left);
  // Beyond the range of doubles all values fall together: there the text decides.
  return Number.isFinite(value) && value === Number(right);
}

function isInteger(text: string): boolean {
  return !/[.eE]/.test(text);
}

/** JSON has no leading zeros, so `0` and `-0` are the only integers with two spellings. */
function isZero(text: string): boolean {
  return text === "0" || text === "-0";
}

/** Digits and sign of the longest integers of 64 bits. */
const MAX_INT64_LENGTH = 20;

/** Whether guests keep the number as an integer: `-0` and what needs more than 64 bits come back as doubles. */
function isExactInteger(text: string): boolean {
  if (!isInteger(text) || text === "-0" || text.length > MAX_INT64_LENGTH) return false;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value;
}
