import { decimalOf } from "./number.ts";
import { isArray, isNumber, isObject, isSet, type RegoValue } from "./value.ts";

/** A text for each value, the same for equal values alone: `1`, `1.0` and `10e-1` are equal. */
export function keyOf(value: RegoValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isNumber(value)) return numberKey(value.text);
  if (isArray(value)) return `[${value.map(keyOf).join(",")}]`;
  if (isSet(value)) return `<${value.items.map(keyOf).join(",")}>`;
  if (!isObject(value)) return "null";
  return `{${value.entries.map(([key, member]) => `${keyOf(key)}:${keyOf(member)}`).join(",")}}`;
}

function numberKey(text: string): string {
  const decimal = decimalOf(text);
  if (decimal === undefined) return text;
  if (decimal.digits === 0n) return "0";
  const digits = decimal.digits.toString();
  const significant = digits.replace(/0+$/, "");
  return `${significant}e${decimal.exponent + digits.length - significant.length}`;
}
