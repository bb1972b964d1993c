/** A decimal number: `digits * 10 ** exponent`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const numberPattern = /^(-?)(?=\.?\d)(\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?$/;

/**
 * Reads a number as JSON writes it.
 * @returns `undefined` for what is no number, and for exponents of more than six digits
 */
export function decimalOf(text: string): Decimal | undefined {
  const match = numberPattern.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

/** The value of a whole number, `1.0` and `1e3` included; `undefined` for any other. */
export function integerOf(text: string): bigint | undefined {
  const decimal = decimalOf(text);
  if (decimal === undefined) return undefined;
  const { digits, exponent } = decimal;
  if (digits === 0n) return 0n;
  // No double is larger, so no number that came as JSON is.
  if (exponent > 400 || exponent < -text.length) return undefined;
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const scale = 10n ** BigInt(-exponent);
  return digits % scale === 0n ? digits / scale : undefined;
}

/** Whole numbers as they are mostly written: they are compared as texts. */
const natural = /^(?:0|[1-9]\d*)$/;

/** Order of two numbers by their exact values. */
export function compareNumbers(left: string, right: string): number {
  if (left === right) return 0;
  if (natural.test(left) && natural.test(right)) return left.length - right.length || (left < right ? -1 : 1);
  const a = decimalOf(left);
  const b = decimalOf(right);
  if (a === undefined || b === undefined) return Number(left) - Number(right) || (left < right ? -1 : 1);
  return compareDecimals(a, b);
}

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.digits === 0n || b.digits === 0n || a.digits > 0n !== b.digits > 0n) {
    return Number(a.digits > b.digits) - Number(a.digits < b.digits);
  }
  const magnitude = sizeOf(a) - sizeOf(b);
  if (magnitude !== 0) return a.digits > 0n ? magnitude : -magnitude;
  // Of the same magnitude: the exponents differ by no more than the digits do.
  const lowest = Math.min(a.exponent, b.exponent);
  const left = a.digits * 10n ** BigInt(a.exponent - lowest);
  const right = b.digits * 10n ** BigInt(b.exponent - lowest);
  return Number(left > right) - Number(left < right);
}

/** Digits before the point. */
function sizeOf({ digits, exponent }: Decimal): number {
  return (digits < 0n ? -digits : digits).toString().length + exponent;
}
