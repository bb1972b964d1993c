import { checkLabelKey, checkLabelValue, LabelSelectorError } from "./label-syntax.ts";

/** One condition on labels. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  /** One integer for `Gt` and `Lt`, none for `Exists` and `DoesNotExist`. */
  readonly values: readonly string[];
}

const wanted = { In: "some", NotIn: "some", Exists: "no", DoesNotExist: "no", Gt: "one", Lt: "one" } as const;

/** A checked condition. @throws {LabelSelectorError} */
export function labelRequirement(
  key: string,
  operator: LabelRequirement["operator"],
  values: readonly string[],
): LabelRequirement {
  checkLabelKey(key);
  const expected = wanted[operator];
  const count = values.length === 0 ? "no" : values.length === 1 ? "one" : "several";
  const fits = expected === "some" ? count !== "no" : count === expected;
  if (!fits) throw new LabelSelectorError(`${operator} takes ${expected} values, not ${count}`);
  for (const value of values) checkLabelValue(value);
  const compares = operator === "Gt" || operator === "Lt";
  if (compares && !isInteger(values[0] ?? "")) throw new LabelSelectorError(`${operator} takes an integer`);
  return { key, operator, values };
}

/** Whether labels fulfil a condition. */
export function fulfils(
  labels: Readonly<Record<string, string>>,
  { key, operator, values }: LabelRequirement,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && isInteger(value) && BigInt(value) > BigInt(values[0] ?? 0);
    case "Lt":
      return value !== undefined && isInteger(value) && BigInt(value) < BigInt(values[0] ?? 0);
  }
}

/** Of at most as many digits as an integer of 64 bits has. A value of a label has no sign. */
function isInteger(text: string): boolean {
  return /^\d{1,19}$/.test(text);
}
