import { spend, spendOnText } from "../../core/work-budget.ts";
import type { Json, JsonObject } from "./json-document.ts";
import { addError, merge, placeIn, type Result } from "./result.ts";
import type { SchemaNode } from "./schema-node.ts";
import { resultOf, type Validation } from "./validate.ts";

/** What a schema says about an object, but for the schemas of its properties. */
export function validateObject(
  schema: SchemaNode,
  value: JsonObject,
  result: Result,
  validation: Validation,
): void {
  spend(validation.budget, validation.depth, value.size + schema.required.length + schema.properties.size);
  validateSize(schema, value, result, validation);
  for (const name of schema.required) {
    if (value.has(name)) result.score++;
    else addError(result, validation.place, { type: "required", description: `${name} is required` });
  }
  for (const [name, member] of value) {
    const hasPattern = validatePatterns(schema, [name, member], result, validation);
    if (!hasPattern && !schema.properties.has(name)) {
      validateFurther(schema, [name, member], result, validation);
    }
  }
  if (schema.propertyNames !== undefined) validateNames(schema.propertyNames, value, result, validation);
  result.score++;
}

function validateSize(
  { minProperties, maxProperties }: SchemaNode,
  { size }: JsonObject,
  result: Result,
  { place }: Validation,
): void {
  if (minProperties !== undefined && size < minProperties) {
    const description = `Must have at least ${minProperties} properties`;
    addError(result, place, { type: "array_min_properties", description });
  }
  if (maxProperties !== undefined && size > maxProperties) {
    const description = `Must have at most ${maxProperties} properties`;
    addError(result, place, { type: "array_max_properties", description });
  }
}

type Member = readonly [name: string, value: Json];

/** @returns whether any pattern fits the name */
function validatePatterns(
  { patternProperties }: SchemaNode,
  [name, member]: Member,
  result: Result,
  validation: Validation,
): boolean {
  let hasPattern = false;
  for (const { pattern, schema } of patternProperties) {
    spendOnText(validation.budget, name);
    if (!pattern.test(name)) continue;
    hasPattern = true;
    merge(result, resultOf(schema, member, { ...validation, place: placeIn(validation.place, name) }));
  }
  if (hasPattern) result.score++;
  return hasPattern;
}

function validateFurther(
  { additionalProperties }: SchemaNode,
  [name, member]: Member,
  result: Result,
  validation: Validation,
): void {
  if (additionalProperties === undefined || additionalProperties === true) return;
  if (additionalProperties === false) {
    const description = `Additional property ${name} is not allowed`;
    addError(result, validation.place, { type: "additional_property_not_allowed", description });
    return;
  }
  const place = placeIn(validation.place, name);
  merge(result, resultOf(additionalProperties, member, { ...validation, place }));
}

function validateNames(schema: SchemaNode, value: JsonObject, result: Result, validation: Validation): void {
  for (const name of value.keys()) {
    const each = resultOf(schema, name, validation);
    if (each.errors.length === 0) continue;
    const description = `Property name of "${name}" does not match`;
    addError(result, validation.place, { type: "invalid_property_name", description });
    merge(result, each);
  }
}
