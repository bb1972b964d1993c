import { compareCodePoints } from "@kubewarden-ts/protocol";
import { BuiltinError } from "../../errors.ts";
import { type TemplateValue, textOf } from "./values.ts";

type Basic = "bool" | "int" | "float" | "string";

/** Types that are compared with their like alone; numbers of JSON are texts. */
function basicKind(value: TemplateValue): Basic | undefined {
  if (textOf(value) !== undefined) return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  return typeof value === "number" ? "float" : undefined;
}

/** Whether a value equals one of others; what is not there equals nothing but its like. */
export function equalsAny(first: TemplateValue, others: readonly TemplateValue[]): boolean {
  if (others.length === 0) throw new BuiltinError("template: missing argument for comparison");
  for (const other of others) if (equals(first, other)) return true;
  return false;
}

function equals(first: TemplateValue, other: TemplateValue): boolean {
  const isNothing = (value: TemplateValue) => value === undefined || value === null;
  if (isNothing(first) || isNothing(other)) return isNothing(first) && isNothing(other);
  const kind = basicKind(first);
  if (kind !== basicKind(other)) throw new BuiltinError("template: incompatible types for comparison");
  if (kind === undefined) throw new BuiltinError("template: non-comparable type");
  return kind === "string" ? textOf(first) === textOf(other) : first === other;
}

/** The order of two values of one type. */
export function compareTemplateValues(values: readonly TemplateValue[]): number {
  const [first, other] = values;
  const kind = basicKind(first);
  if (values.length !== 2 || kind === undefined || kind === "bool" || kind !== basicKind(other)) {
    throw new BuiltinError("template: incompatible types for comparison");
  }
  if (kind === "string") return compareCodePoints(textOf(first) ?? "", textOf(other) ?? "");
  return Number((first as number) > (other as number)) - Number((first as number) < (other as number));
}
