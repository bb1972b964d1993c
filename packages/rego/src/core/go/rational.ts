/** A fraction; the denominator is positive. */
export type Fraction = readonly [numerator: bigint, denominator: bigint];

/**
 * Writes a fraction as digits: a whole number as it is, others with so many digits behind the point, as `big.Rat` of Go
 * does. What is half way is rounded away from zero.
 */
export function fixedPoint([numerator, denominator]: Fraction, places: number): string {
  if (numerator % denominator === 0n) return String(numerator / denominator);
  const sign = numerator < 0n ? "-" : "";
  const scaled = (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(places);
  const digits = String((2n * scaled + denominator) / (2n * denominator)).padStart(places + 1, "0");
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
