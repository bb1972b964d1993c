/** Decimal digits of a number that is not negative: `0.digits * 10 ** point`, without zeros at either end. */
export interface FloatDigits {
  readonly digits: string;
  readonly point: number;
}

/** The fewest digits that are read as the same number again. */
export function shortestDigits(value: number): FloatDigits {
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  return trimmed(mantissa.replace(".", ""), Number(exponent) + 1);
}

/** All digits: up to some 770 of them. */
export function exactDigits(value: number): FloatDigits {
  const { mantissa, exponent } = binaryOf(value);
  if (exponent >= 0) return wholeDigits(mantissa << BigInt(exponent), 0);
  return wholeDigits(mantissa * 5n ** BigInt(-exponent), -exponent);
}

function wholeDigits(whole: bigint, fractionDigits: number): FloatDigits {
  const digits = whole.toString();
  return trimmed(digits, digits.length - fractionDigits);
}

function trimmed(digits: string, point: number): FloatDigits {
  const significant = digits.replace(/0+$/, "").replace(/^0+/, "");
  return { digits: significant, point: significant === "" ? 0 : point };
}

/** The mantissa as a whole number, with the exponent of two that belongs to it. */
export function binaryOf(value: number): { mantissa: bigint; exponent: number } {
  const bits = new BigUint64Array(new Float64Array([value]).buffer)[0] ?? 0n;
  const fraction = BigInt.asUintN(mantissaBits, bits);
  const biased = Number(BigInt.asUintN(11, bits >> BigInt(mantissaBits)));
  const isNormal = biased !== 0;
  const mantissa = isNormal ? fraction | (1n << BigInt(mantissaBits)) : fraction;
  return { mantissa, exponent: (isNormal ? biased : 1) - 1023 - mantissaBits };
}

/** Bits of the mantissa of a double behind the point. */
export const mantissaBits = 52;

/** Rounded to a count of digits, to the even one when two are equally near. */
export function roundedDigits({ digits, point }: FloatDigits, count: number): FloatDigits {
  if (count < 0) return { digits: "", point: 0 };
  if (count >= digits.length) return { digits, point };
  const kept = digits.slice(0, count);
  if (!isRoundedUp(digits, count)) return trimmed(kept, point);
  const raised = (BigInt(kept || "0") + 1n).toString();
  return trimmed(raised, point + raised.length - count);
}

function isRoundedUp(digits: string, count: number): boolean {
  const isHalf = digits[count] === "5" && count + 1 === digits.length;
  if (isHalf) return count > 0 && Number(digits[count - 1]) % 2 === 1;
  return digits[count]! >= "5";
}
