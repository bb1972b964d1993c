import { compareNumbers, type Decimal, decimalOf } from "../../core/number.ts";
import { RegoError } from "../../errors.ts";

/** Powers of ten that are worked with: no double has more. */
const maxExponent = 1000;

/** A number of a schema or a document; its value is exact. */
export interface SchemaNumber extends Decimal {
  readonly text: string;
}

/** @throws {RegoError} `REGO_LIMIT` for numbers far beyond all doubles */
export function schemaNumber(text: string): SchemaNumber {
  const decimal = decimalOf(text);
  if (decimal === undefined || Math.abs(decimal.exponent) > maxExponent) {
    throw new RegoError(`the number ${text.slice(0, 40)} is out of range`, { code: "REGO_LIMIT" });
  }
  return { ...decimal, text };
}

export function compareSchemaNumbers(left: SchemaNumber, right: SchemaNumber): number {
  return compareNumbers(left.text, right.text);
}

/** Whether a number is whole: `1.0` is. */
export function isWhole({ digits, exponent }: SchemaNumber): boolean {
  return exponent >= 0 || digits % 10n ** BigInt(-exponent) === 0n;
}

/** @param factor - not zero */
export function isMultiple(value: SchemaNumber, factor: SchemaNumber): boolean {
  const lowest = Math.min(value.exponent, factor.exponent);
  const scaled = ({ digits, exponent }: Decimal) => digits * 10n ** BigInt(exponent - lowest);
  return scaled(value) % scaled(factor) === 0n;
}

/** A number as messages show it: as few digits as tell it, with an exponent from the seventh place on. */
export function formatSchemaNumber({ digits, exponent }: SchemaNumber): string {
  if (digits === 0n) return "0";
  const sign = digits < 0n ? "-" : "";
  const all = (digits < 0n ? -digits : digits).toString();
  const significant = all.replace(/0+$/, "");
  const power = exponent + all.length - 1;
  if (power < -4 || power >= plainDigits) {
    const [first = "", rest = ""] = [significant.slice(0, 1), significant.slice(1)];
    const mantissa = rest === "" ? first : `${first}.${rest}`;
    return `${sign}${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${significant}`;
  const whole = significant.slice(0, power + 1).padEnd(power + 1, "0");
  const fraction = significant.slice(power + 1);
  return sign + (fraction === "" ? whole : `${whole}.${fraction}`);
}

/** Digits before the point that are still shown without an exponent. */
const plainDigits = 6;
