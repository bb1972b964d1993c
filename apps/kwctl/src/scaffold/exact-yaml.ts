import { Scalar } from "yaml";

/**
 * A value as the YAML writer is to have it: whole numbers are `bigint`, others `number`, and of these `1.0` stays `1.0`,
 * which JavaScript would write like the integer.
 */
export function exactYaml(value: unknown): unknown {
  if (typeof value === "number") return exactNumber(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(exactYaml);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exactYaml(member)]));
}

function exactNumber(value: number): unknown {
  if (!/^-?\d+$/.test(String(value))) return value;
  const scalar = new Scalar(value);
  scalar.minFractionDigits = 1;
  return scalar;
}
