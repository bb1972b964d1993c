import { isLosslessNumber } from "@kubewarden-ts/protocol";
import { spend, type WorkBudget } from "../../core/work-budget.ts";
import { isJsonObject, type Json } from "./json-document.ts";
import { addError, emptyResult, type Place, placeIn, type Result } from "./result.ts";
import type { JsonType, SchemaNode } from "./schema-node.ts";
import { isWhole, schemaNumber } from "./schema-number.ts";
import { validateArray } from "./validate-array.ts";
import { validateCombinations } from "./validate-combinations.ts";
import { validateObject } from "./validate-object.ts";
import { validateCommon, validateNumber, validateString } from "./validate-value.ts";

/** What checking a document goes along with. */
export interface Validation {
  readonly budget: WorkBudget;
  readonly place: Place;
  readonly depth: number;
}

/** Checks a value against a schema, and tells the result apart from others. */
export function resultOf(schema: SchemaNode, value: Json, validation: Validation): Result {
  const result = emptyResult();
  validate(schema, value, result, validation);
  return result;
}

/**
 * Checks a value against a schema.
 * @param result - takes what is found
 * @throws {RegoError} `REGO_LIMIT`; {BuiltinError} for numbers that cannot be compared
 */
export function validate(schema: SchemaNode, value: Json, result: Result, validation: Validation): void {
  const inner = { ...validation, depth: validation.depth + 1 };
  spend(inner.budget, inner.depth);
  if (schema.pass !== undefined) {
    if (!schema.pass)
      addError(result, inner.place, { type: "false", description: "False always fails validation" });
  } else if (schema.reference !== undefined) {
    validate(schema.reference, value, result, inner);
  } else {
    validateTyped(schema, value, result, inner);
  }
}

function validateTyped(schema: SchemaNode, value: Json, result: Result, validation: Validation): void {
  const type = typeOf(value);
  if (schema.types.length > 0 && !hasType(schema.types, type)) {
    const expected = schema.types.length > 1 ? `[${schema.types.join(",")}]` : schema.types[0];
    addError(result, validation.place, {
      type: "invalid_type",
      description: `Invalid type. Expected: ${expected}, given: ${type}`,
    });
    return;
  }
  validateCombinations(schema, value, result, validation);
  if (isJsonObject(value)) {
    validateObject(schema, value, result, validation);
    validateCommon(schema, value, result, validation);
    validateProperties(schema, value, result, validation);
  } else if (Array.isArray(value)) {
    validateArray(schema, value, result, validation);
    validateCommon(schema, value, result, validation);
  } else {
    if (isLosslessNumber(value)) validateNumber(schema, value.text, result, validation);
    validateCommon(schema, value, result, validation);
    if (typeof value === "string") validateString(schema, value, result, validation);
  }
  result.score++;
}

function typeOf(value: Json): JsonType {
  if (value === null) return "null";
  if (typeof value === "boolean" || typeof value === "string") return typeof value as JsonType;
  if (Array.isArray(value)) return "array";
  if (isLosslessNumber(value)) return isWhole(schemaNumber(value.text)) ? "integer" : "number";
  return "object";
}

function hasType(types: readonly JsonType[], type: JsonType): boolean {
  return types.includes(type) || (type === "integer" && types.includes("number"));
}

function validateProperties(
  { properties }: SchemaNode,
  value: ReadonlyMap<string, Json>,
  result: Result,
  validation: Validation,
): void {
  for (const [name, schema] of properties) {
    const member = value.get(name);
    if (member === undefined) continue;
    validate(schema, member, result, { ...validation, place: placeIn(validation.place, name) });
  }
}
