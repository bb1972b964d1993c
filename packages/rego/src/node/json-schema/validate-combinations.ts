import { spend } from "../../core/work-budget.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-document.ts";
import { addError, merge, type Result } from "./result.ts";
import type { SchemaNode } from "./schema-node.ts";
import { resultOf, type Validation, validate } from "./validate.ts";

/** What several schemas say together about one value. */
export function validateCombinations(
  schema: SchemaNode,
  value: Json,
  result: Result,
  validation: Validation,
): void {
  if (schema.anyOf.length > 0) validateAnyOf(schema.anyOf, value, result, validation);
  if (schema.oneOf.length > 0) validateOneOf(schema.oneOf, value, result, validation);
  if (schema.allOf.length > 0) validateAllOf(schema.allOf, value, result, validation);
  if (schema.not !== undefined && isValid(resultOf(schema.not, value, validation))) {
    addError(result, validation.place, {
      type: "number_not",
      description: "Must not validate the schema (not)",
    });
  }
  if (isJsonObject(value)) validateDependencies(schema, value, result, validation);
  validateCondition(schema, value, result, validation);
  result.score++;
}

function isValid({ errors }: Result): boolean {
  return errors.length === 0;
}

/** The first of the results with the highest score. */
function bestOf(results: readonly Result[]): Result | undefined {
  return results.reduce<Result | undefined>(
    (best, result) => (best === undefined || result.score > best.score ? result : best),
    undefined,
  );
}

function validateAnyOf(
  schemas: readonly SchemaNode[],
  value: Json,
  result: Result,
  validation: Validation,
): void {
  const failed: Result[] = [];
  for (const schema of schemas) {
    const each = resultOf(schema, value, validation);
    if (isValid(each)) return;
    failed.push(each);
  }
  const description = "Must validate at least one schema (anyOf)";
  addError(result, validation.place, { type: "number_any_of", description });
  const best = bestOf(failed);
  if (best !== undefined) merge(result, best);
}

function validateOneOf(
  schemas: readonly SchemaNode[],
  value: Json,
  result: Result,
  validation: Validation,
): void {
  const results = schemas.map((schema) => resultOf(schema, value, validation));
  const valid = results.filter(isValid).length;
  if (valid === 1) return;
  const description = "Must validate one and only one schema (oneOf)";
  addError(result, validation.place, { type: "number_one_of", description });
  const best = valid === 0 ? bestOf(results) : undefined;
  if (best !== undefined) merge(result, best);
}

function validateAllOf(
  schemas: readonly SchemaNode[],
  value: Json,
  result: Result,
  validation: Validation,
): void {
  const results = schemas.map((schema) => resultOf(schema, value, validation));
  for (const each of results) merge(result, each);
  if (results.every(isValid)) return;
  const description = "Must validate all the schemas (allOf)";
  addError(result, validation.place, { type: "number_all_of", description });
}

function validateDependencies(
  { dependencies }: SchemaNode,
  value: JsonObject,
  result: Result,
  validation: Validation,
): void {
  spend(validation.budget, validation.depth, dependencies.size);
  for (const [name, dependency] of dependencies) {
    if (!value.has(name)) continue;
    if (!isList(dependency)) {
      validate(dependency, value, result, validation);
      continue;
    }
    spend(validation.budget, validation.depth, dependency.length);
    for (const missing of dependency.filter((other) => !value.has(other))) {
      const description = `Has a dependency on ${missing}`;
      addError(result, validation.place, { type: "missing_dependency", description });
    }
  }
}

function isList(dependency: readonly string[] | SchemaNode): dependency is readonly string[] {
  return Array.isArray(dependency);
}

function validateCondition(schema: SchemaNode, value: Json, result: Result, validation: Validation): void {
  if (schema.if === undefined) return;
  const isMet = isValid(resultOf(schema.if, value, validation));
  const branch = isMet ? schema.then : schema.else;
  if (branch === undefined) return;
  const each = resultOf(branch, value, validation);
  if (isValid(each)) return;
  addError(result, validation.place, {
    type: isMet ? "condition_then" : "condition_else",
    description: isMet
      ? 'Must validate "then" as "if" was valid'
      : 'Must validate "else" as "if" was not valid',
  });
  merge(result, each);
}
