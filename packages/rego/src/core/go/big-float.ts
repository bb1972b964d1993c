/** `mantissa * 2 ** exponent` with a mantissa of at most {@link precision} bits: `big.Float` of Go as `SetString` makes it. */
export interface BigFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const precision = 64;

/** Powers of five are rounded to more bits, as Go does. */
const powerPrecision = 128;

/** The number `digits * 10 ** exponent`. */
export function bigFloatOf(digits: bigint, exponent: number): BigFloat {
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  const power = powerOfFive(Math.abs(exponent));
  if (exponent >= 0) return rounded(digits * power.mantissa, power.exponent + exponent, precision);
  return quotient(digits, power, exponent);
}

function quotient(digits: bigint, power: BigFloat, exponent: number): BigFloat {
  // So many bits that the quotient has more than are kept; the last one says that there is a rest.
  const shift = Math.max(0, bitLength(power.mantissa) - bitLength(digits)) + precision + 2;
  const dividend = digits << BigInt(shift);
  const whole = dividend / power.mantissa;
  const rest = whole * power.mantissa === dividend ? 0n : digits < 0n ? -1n : 1n;
  return rounded(whole * 2n + rest, exponent - power.exponent - shift - 1, precision);
}

const exactPower = 27;

function powerOfFive(exponent: number): BigFloat {
  if (exponent <= exactPower) return { mantissa: 5n ** BigInt(exponent), exponent: 0 };
  let power: BigFloat = { mantissa: 5n ** BigInt(exactPower), exponent: 0 };
  let factor: BigFloat = { mantissa: 5n, exponent: 0 };
  for (let rest = exponent - exactPower; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = product(power, factor, powerPrecision);
    factor = product(factor, factor, powerPrecision + precision);
  }
  return power;
}

/** Rounded to the nearest, and half way to the even one. */
export function product(left: BigFloat, right: BigFloat, bits: number = precision): BigFloat {
  return rounded(left.mantissa * right.mantissa, left.exponent + right.exponent, bits);
}

function rounded(mantissa: bigint, exponent: number, bits: number): BigFloat {
  const surplus = bitLength(mantissa) - bits;
  if (surplus <= 0) return { mantissa, exponent };
  const negative = mantissa < 0n;
  const magnitude = negative ? -mantissa : mantissa;
  const shift = BigInt(surplus);
  const kept = magnitude >> shift;
  const rest = magnitude - (kept << shift);
  const half = 1n << (shift - 1n);
  const up = rest > half || (rest === half && (kept & 1n) === 1n);
  const result = up ? kept + 1n : kept;
  return { mantissa: negative ? -result : result, exponent: exponent + surplus };
}

/** The value, cut off towards zero. */
export function truncated({ mantissa, exponent }: BigFloat): bigint {
  if (exponent >= 0) return mantissa << BigInt(exponent);
  // The quotient of a negative number, unlike a shift, is cut off towards zero.
  return -exponent > bitLength(mantissa) ? 0n : mantissa / (1n << BigInt(-exponent));
}

/** The value if it is a whole number of 64 bits. */
export function wholeInt64(value: BigFloat): bigint | undefined {
  const { mantissa, exponent } = value;
  if (bitLength(mantissa) + exponent > 64) return undefined;
  const whole = truncated(value);
  const isWhole = exponent >= 0 || (whole === 0n ? mantissa === 0n : whole << BigInt(-exponent) === mantissa);
  return isWhole && BigInt.asIntN(64, whole) === whole ? whole : undefined;
}

/** Bits of the absolute value. */
export function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16);
  return hex === "0" ? 0 : hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
}
