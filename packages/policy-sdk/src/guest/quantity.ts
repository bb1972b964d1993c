/** How a quantity was written, which decides how it is written again. */
export type QuantityFormat = "BinarySI" | "DecimalSI" | "DecimalExponent";

/** An amount of a resource, such as `500m` of CPU or `1.5Gi` of memory. */
export interface Quantity {
  /** In billionths, the smallest amount there is. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** The text is no quantity. The message is that of Kubernetes. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

const nanosPerOne = 1_000_000_000n;
const largest = (2n ** 63n - 1n) * nanosPerOne;
/** So many digits before the point are more than the largest quantity, whatever they are. */
const maxWholeDigits = 20;
/** Exact for every suffix: a unit of the last of them is a multiple of every binary suffix's. */
const maxFractionDigits = 100;

const decimalSuffixes: Readonly<Record<string, number>> = {
  ...{ n: -9, u: -6, m: -3, "": 0 },
  ...{ k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 },
};
const binarySuffixes: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

const shape = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

/**
 * Reads a quantity as Kubernetes does: amounts below a billionth are rounded up, those above 2^63-1 are capped.
 * @throws {QuantityError}
 * @example compareQuantities(parseQuantity("1000m"), parseQuantity("1")) // 0
 */
export function parseQuantity(text: string): Quantity {
  const [, sign, whole = "", fraction = "", suffix = ""] = shape.exec(text) ?? [];
  if (sign === undefined || text === "") {
    throw new QuantityError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  if (whole === "" && fraction === "") throw new QuantityError("unable to parse numeric part of quantity");
  const { format, power10, power2 } = readSuffix(suffix);
  const amount = scaled(whole, fraction, power10) * 2n ** BigInt(power2);
  const nanos = capped(roundedUp(amount));
  const small = format === "BinarySI" && nanos < nanosPerOne;
  return { nanos: sign === "-" ? -nanos : nanos, format: small ? "DecimalSI" : format };
}

/** Below 0 when the left one is less, above 0 when it is more, else 0. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  return left.nanos === right.nanos ? 0 : left.nanos < right.nanos ? -1 : 1;
}

/**
 * The canonical text: no fraction, the largest suffix that is exact.
 * @example formatQuantity(parseQuantity("1.5Gi")) // "1536Mi"
 */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return "0";
  const isWhole = nanos % nanosPerOne === 0n;
  const [ones, size] = [nanos / nanosPerOne, nanos < 0n ? -nanos : nanos];
  if (format === "BinarySI" && isWhole && size >= 1024n * nanosPerOne) return formatBinary(ones);
  const { mantissa, steps } = divided(nanos, 1000n);
  const exponent = steps * 3 - 9;
  if (format === "DecimalExponent") return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${nameOf(decimalSuffixes, exponent)}`;
}

/** The canonical text of a quantity. @throws {QuantityError} @example canonicalQuantity("1000m") // "1" */
export function canonicalQuantity(text: string): string {
  return formatQuantity(parseQuantity(text));
}

function formatBinary(ones: bigint): string {
  const { mantissa, steps } = divided(ones, 1024n);
  return `${mantissa}${steps === 0 ? "" : nameOf(binarySuffixes, steps * 10)}`;
}

function readSuffix(suffix: string): { format: QuantityFormat; power10: number; power2: number } {
  const power2 = Object.hasOwn(binarySuffixes, suffix) ? binarySuffixes[suffix] : undefined;
  if (power2 !== undefined) return { format: "BinarySI", power10: 0, power2 };
  const power10 = Object.hasOwn(decimalSuffixes, suffix) ? decimalSuffixes[suffix] : undefined;
  if (power10 !== undefined) return { format: "DecimalSI", power10, power2: 0 };
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  if (exponent === undefined) throw new QuantityError("unable to parse quantity's suffix");
  return { format: "DecimalExponent", power10: Number(exponent), power2: 0 };
}

/** The digits times a power of ten, in units of the last fraction digit that counts. */
function scaled(whole: string, fraction: string, power10: number): bigint {
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  // where the point stands in the digits
  const point = digits.length - fraction.length + power10;
  if (digits === "") return 0n;
  if (point > maxWholeDigits) return 10n ** BigInt(maxWholeDigits + maxFractionDigits);
  if (point < -maxFractionDigits) return 1n;
  const kept = Math.max(0, point + maxFractionDigits);
  const rest = /[1-9]/.test(digits.slice(kept)) ? 1n : 0n;
  return BigInt(digits.slice(0, kept).padEnd(kept, "0") || "0") + rest;
}

/** What wants something gets something: upwards, from zero on. */
function roundedUp(amount: bigint): bigint {
  const unit = 10n ** BigInt(maxFractionDigits - 9);
  return (amount + unit - 1n) / unit;
}

function capped(nanos: bigint): bigint {
  return nanos > largest ? largest : nanos;
}

function divided(value: bigint, by: bigint): { mantissa: bigint; steps: number } {
  let [mantissa, steps] = [value, 0];
  for (; mantissa % by === 0n; steps++) mantissa /= by;
  return { mantissa, steps };
}

function nameOf(suffixes: Readonly<Record<string, number>>, power: number): string {
  return Object.keys(suffixes).find((name) => suffixes[name] === power) ?? "";
}
