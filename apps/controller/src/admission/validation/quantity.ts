/** An amount of a resource, exactly: `value` billionths, and how it was written. */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: "binary" | "decimal" | "exponent";
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d{1,3}))$/;
const binaryUnits: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/** From 10⁻⁹ on in steps of a thousand. */
const decimalUnits: readonly string[] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const nanosPerOne = 10n ** 9n;

/**
 * Reads an amount as Kubernetes writes it, such as `500m`, `1.5Gi` or `1e3`; what is finer than a billionth is rounded
 * away from zero.
 * @returns `undefined` when it is none
 */
export function parseQuantity(text: string): Quantity | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", binary, decimal = "", exponent] = match;
  if (whole + fraction === "") return undefined;
  const scale = scaleOf(binary, decimal, exponent);
  const numerator = BigInt(whole + fraction) * scale.factor * nanosPerOne;
  const nanos = divideUp(numerator, 10n ** BigInt(fraction.length) * scale.divisor);
  const format = binary !== undefined ? "binary" : exponent !== undefined ? "exponent" : "decimal";
  return { nanos: sign === "-" ? -nanos : nanos, format };
}

/** The shortest way to write an amount without a fraction: as Kubernetes' own messages have it. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return "0";
  const sign = nanos < 0n ? "-" : "";
  const amount = nanos < 0n ? -nanos : nanos;
  if (format === "binary" && amount >= 1024n * nanosPerOne) return sign + binaryText(amount);
  return sign + decimalText(amount, format === "exponent");
}

function scaleOf(binary: string | undefined, decimal: string, exponent: string | undefined) {
  if (binary !== undefined) {
    const steps = binaryUnits.indexOf(binary);
    return { factor: 1024n ** BigInt(steps), divisor: 1n };
  }
  const tens = exponent === undefined ? decimalExponent(decimal) : Number(exponent);
  return tens < 0
    ? { factor: 1n, divisor: 10n ** BigInt(-tens) }
    : { factor: 10n ** BigInt(tens), divisor: 1n };
}

function decimalExponent(unit: string): number {
  return decimalUnits.indexOf(unit) * 3 - 9;
}

function binaryText(amount: bigint): string {
  let value = divideUp(amount, nanosPerOne);
  let steps = 0;
  while (value % 1024n === 0n && steps < binaryUnits.length - 1) {
    value /= 1024n;
    steps++;
  }
  return `${value}${binaryUnits[steps]}`;
}

function decimalText(amount: bigint, withExponent: boolean): string {
  let value = amount;
  let steps = 0;
  while (value % 1000n === 0n && steps < decimalUnits.length - 1) {
    value /= 1000n;
    steps++;
  }
  const exponent = steps * 3 - 9;
  if (!withExponent) return `${value}${decimalUnits[steps]}`;
  return exponent === 0 ? `${value}` : `${value}e${exponent}`;
}

function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
