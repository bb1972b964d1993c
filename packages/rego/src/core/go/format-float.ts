import {
  binaryOf,
  exactDigits,
  type FloatDigits,
  mantissaBits,
  roundedDigits,
  shortestDigits,
} from "./float-digits.ts";

/** Forms of numbers of `strconv.FormatFloat`. */
export type FloatForm = "b" | "e" | "E" | "f" | "g" | "G" | "x" | "X";

/**
 * Writes a finite number as Go does (`strconv.FormatFloat` of 64 bits).
 * @param precision - digits: behind the point, or for `g` all of them; without, as many as it takes to be exact
 */
export function formatGoFloat(value: number, form: FloatForm, precision?: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `${sign}${formatMagnitude(Math.abs(value), form, precision)}`;
}

function formatMagnitude(value: number, form: FloatForm, precision: number | undefined): string {
  switch (form) {
    case "b": {
      const { mantissa, exponent } = binaryOf(value);
      return `${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
    }
    case "x":
    case "X": {
      const text = formatHex(value, precision);
      return form === "X" ? text.toUpperCase() : text;
    }
    case "e":
    case "E":
      return formatE(
        digitsOf(value, precision, (_) => (precision ?? 0) + 1),
        precision,
        form,
      );
    case "f":
      return formatF(
        digitsOf(value, precision, ({ point }) => point + (precision ?? 0)),
        precision,
      );
    case "g":
    case "G":
      return formatG(value, form, precision);
  }
}

/** @param count - digits to round to */
function digitsOf(
  value: number,
  precision: number | undefined,
  count: (exact: FloatDigits) => number,
): FloatDigits {
  if (precision === undefined) return shortestDigits(value);
  const exact = exactDigits(value);
  return roundedDigits(exact, count(exact));
}

/** Exponents from which on the form with an exponent is taken, when no precision tells. */
const shortestMaxExponent = 6;

function formatG(value: number, form: "g" | "G", precision: number | undefined): string {
  const wanted = precision === 0 ? 1 : precision;
  const found = digitsOf(value, wanted, () => wanted ?? 0);
  const { length } = found.digits;
  const digits = wanted ?? length;
  const isWhole = digits > length && length >= found.point;
  const limit = wanted === undefined ? shortestMaxExponent : isWhole ? length : digits;
  const exponent = found.point - 1;
  if (exponent < -4 || exponent >= limit) {
    return formatE(found, Math.min(digits, length) - 1, form === "g" ? "e" : "E");
  }
  return formatF(found, Math.max((digits > found.point ? length : digits) - found.point, 0));
}

function formatE({ digits, point }: FloatDigits, precision: number | undefined, letter: "e" | "E"): string {
  const fraction = digits.slice(1).padEnd(precision ?? 0, "0");
  const exponent = digits === "" ? 0 : point - 1;
  const written = Math.abs(exponent).toString().padStart(2, "0");
  return `${digits[0] ?? "0"}${fraction === "" ? "" : `.${fraction}`}${letter}${exponent < 0 ? "-" : "+"}${written}`;
}

function formatF({ digits, point }: FloatDigits, precision: number | undefined): string {
  const whole = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const written = point < 0 ? "0".repeat(-point) + digits : digits.slice(Math.max(point, 0));
  const fraction = precision === undefined ? written : written.slice(0, precision).padEnd(precision, "0");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Bits behind the point that are written: fifteen hexadecimal digits. */
const hexBits = 60;

function formatHex(value: number, precision: number | undefined): string {
  const binary = binaryOf(value);
  let mantissa = binary.mantissa << BigInt(hexBits - mantissaBits);
  let exponent = binary.mantissa === 0n ? 0 : binary.exponent + mantissaBits;
  for (; mantissa !== 0n && mantissa >> BigInt(hexBits) === 0n; exponent--) mantissa <<= 1n;
  if (precision !== undefined && precision * 4 < hexBits) {
    mantissa = roundedHex(mantissa, precision);
    if (mantissa >> BigInt(hexBits + 1) !== 0n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const digits = BigInt.asUintN(hexBits, mantissa)
    .toString(16)
    .padStart(hexBits / 4, "0");
  const fraction =
    precision === undefined ? digits.replace(/0+$/, "") : digits.slice(0, precision).padEnd(precision, "0");
  const written = Math.abs(exponent).toString().padStart(2, "0");
  return `0x${mantissa >> BigInt(hexBits)}${fraction === "" ? "" : `.${fraction}`}p${exponent < 0 ? "-" : "+"}${written}`;
}

function roundedHex(mantissa: bigint, digits: number): bigint {
  const dropped = BigInt(hexBits - digits * 4);
  const rest = BigInt.asUintN(Number(dropped), mantissa);
  const kept = mantissa >> dropped;
  const half = 1n << (dropped - 1n);
  const isUp = rest > half || (rest === half && kept % 2n === 1n);
  return (kept + (isUp ? 1n : 0n)) << dropped;
}
