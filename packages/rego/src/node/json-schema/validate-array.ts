import { spend, spendOnText } from "../../core/work-budget.ts";
import { canonicalText, type Json } from "./json-document.ts";
import { addError, merge, placeIn, type Result } from "./result.ts";
import type { SchemaNode } from "./schema-node.ts";
import { resultOf, type Validation } from "./validate.ts";

/** What a schema says about an array. */
export function validateArray(
  schema: SchemaNode,
  value: readonly Json[],
  result: Result,
  validation: Validation,
): void {
  spend(validation.budget, validation.depth, value.length);
  validateItems(schema, value, result, validation);
  validateSize(schema, value, result, validation);
  if (schema.uniqueItems) validateUnique(value, result, validation);
  if (schema.contains !== undefined) validateContains(schema.contains, value, result, validation);
  result.score++;
}

function validateItems(
  { items: { isForAll, schemas }, additionalItems }: SchemaNode,
  value: readonly Json[],
  result: Result,
  validation: Validation,
): void {
  if (schemas.length === 0) return;
  const further = typeof additionalItems === "object" ? additionalItems : undefined;
  for (const [index, item] of value.entries()) {
    const schema = isForAll ? schemas[0] : (schemas[index] ?? further);
    if (schema !== undefined) merge(result, resultOf(schema, item, at(validation, index)));
  }
  if (!isForAll && additionalItems === false && value.length > schemas.length) {
    const description = "No additional items allowed on array";
    addError(result, validation.place, { type: "array_no_additional_items", description });
  }
}

function at(validation: Validation, index: number): Validation {
  return { ...validation, place: placeIn(validation.place, String(index)) };
}

function validateSize(
  { minItems, maxItems }: SchemaNode,
  { length }: readonly Json[],
  result: Result,
  { place }: Validation,
): void {
  if (minItems !== undefined && length < minItems) {
    const description = `Array must have at least ${minItems} items`;
    addError(result, place, { type: "array_min_items", description });
  }
  if (maxItems !== undefined && length > maxItems) {
    const description = `Array must have at most ${maxItems} items`;
    addError(result, place, { type: "array_max_items", description });
  }
}

function validateUnique(value: readonly Json[], result: Result, { place, budget }: Validation): void {
  const last = new Map<string, number>();
  for (const [index, item] of value.entries()) {
    const text = canonicalText(item);
    spendOnText(budget, text);
    const other = last.get(text);
    if (other !== undefined) {
      const description = `array items[${other},${index}] must be unique`;
      addError(result, place, { type: "unique", description });
    }
    last.set(text, index);
  }
}

function validateContains(
  schema: SchemaNode,
  value: readonly Json[],
  result: Result,
  validation: Validation,
): void {
  let best: Result | undefined;
  for (const [index, item] of value.entries()) {
    const each = resultOf(schema, item, at(validation, index));
    if (each.errors.length === 0) return;
    if (best === undefined || each.score > best.score) best = each;
  }
  const description = "At least one of the items must match";
  addError(result, validation.place, { type: "contains", description });
  if (best !== undefined) merge(result, best);
}
