import { quoteGo } from "./go/quote.ts";
import { isArray, isNumber, isObject, isSet, type RegoValue } from "./value.ts";

/** Writes a value as OPA shows it to people: what `sprintf("%v", …)` and `print` have for arrays, objects and sets. */
export function formatTerm(value: RegoValue): string {
  if (typeof value === "string") return quoteGo(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isNumber(value)) return value.text;
  if (isArray(value)) return `[${value.map(formatTerm).join(", ")}]`;
  if (isSet(value)) return value.items.length === 0 ? "set()" : `{${value.items.map(formatTerm).join(", ")}}`;
  if (!isObject(value)) return "null";
  return `{${value.entries.map(([key, member]) => `${formatTerm(key)}: ${formatTerm(member)}`).join(", ")}}`;
}
