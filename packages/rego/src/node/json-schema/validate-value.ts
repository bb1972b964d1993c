import { spendOnText } from "../../core/work-budget.ts";
import { hasFormat } from "./formats.ts";
import { canonicalText, type Json } from "./json-document.ts";
import { addError, type Result } from "./result.ts";
import type { SchemaNode } from "./schema-node.ts";
import { compareSchemaNumbers, formatSchemaNumber, isMultiple, schemaNumber } from "./schema-number.ts";
import type { Validation } from "./validate.ts";

/** Constant, enumeration and format. */
export function validateCommon(
  { constant, enumeration, format }: SchemaNode,
  value: Json,
  result: Result,
  { place, budget }: Validation,
): void {
  const text = constant === undefined && enumeration === undefined ? "" : canonicalText(value);
  spendOnText(budget, text);
  if (constant !== undefined && text !== constant) {
    const description = (field: string) => `${field} does not match: ${constant}`;
    addError(result, place, { type: "const", description });
  }
  if (enumeration !== undefined && !enumeration.texts.has(text)) {
    const description = (field: string) => `${field} must be one of the following: ${enumeration.joined}`;
    addError(result, place, { type: "enum", description });
  }
  if (format !== undefined && typeof value === "string") {
    spendOnText(budget, value);
    if (!hasFormat(value, format)) {
      addError(result, place, { type: "format", description: `Does not match format '${format}'` });
    }
  }
  result.score++;
}

export function validateString(
  { minLength, maxLength, pattern }: SchemaNode,
  value: string,
  result: Result,
  { place, budget }: Validation,
): void {
  if (minLength !== undefined || maxLength !== undefined) spendOnText(budget, value);
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
  if (minLength !== undefined && length < minLength) {
    const description = `String length must be greater than or equal to ${minLength}`;
    addError(result, place, { type: "string_gte", description });
  }
  if (maxLength !== undefined && length > maxLength) {
    const description = `String length must be less than or equal to ${maxLength}`;
    addError(result, place, { type: "string_lte", description });
  }
  if (pattern !== undefined) {
    spendOnText(budget, value);
    if (!pattern.test(value)) {
      addError(result, place, { type: "pattern", description: `Does not match pattern '${pattern.text}'` });
    }
  }
  result.score++;
}

export function validateNumber(
  schema: SchemaNode,
  text: string,
  result: Result,
  { place }: Validation,
): void {
  const value = schemaNumber(text);
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = schema;
  const unless = (isRight: boolean, type: string, description: string) => {
    if (!isRight) addError(result, place, { type, description });
  };
  if (multipleOf !== undefined) {
    const description = `Must be a multiple of ${formatSchemaNumber(multipleOf)}`;
    unless(isMultiple(value, multipleOf), "multiple_of", description);
  }
  if (maximum !== undefined) {
    const description = `Must be less than or equal to ${formatSchemaNumber(maximum)}`;
    unless(compareSchemaNumbers(value, maximum) <= 0, "number_lte", description);
  }
  if (exclusiveMaximum !== undefined) {
    const description = `Must be less than ${formatSchemaNumber(exclusiveMaximum)}`;
    unless(compareSchemaNumbers(value, exclusiveMaximum) < 0, "number_lt", description);
  }
  if (minimum !== undefined) {
    const description = `Must be greater than or equal to ${formatSchemaNumber(minimum)}`;
    unless(compareSchemaNumbers(value, minimum) >= 0, "number_gte", description);
  }
  if (exclusiveMinimum !== undefined) {
    const description = `Must be greater than ${formatSchemaNumber(exclusiveMinimum)}`;
    unless(compareSchemaNumbers(value, exclusiveMinimum) > 0, "number_gt", description);
  }
  result.score++;
}
