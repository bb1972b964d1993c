import type { MatchCondition } from "@kubewarden-ts/api/policies";
import { duplicate, type FieldError, invalid, required, tooMany } from "../field-error.ts";
import { expressionFindings } from "./condition-expressions.ts";
import type { ClusterLookUp, Findings } from "./findings.ts";
import { qualifiedNameProblems } from "./qualified-name.ts";

const maxConditions = 64;
const field = "spec.matchConditions";

/** What is wrong with conditions (controller.md 2.3), each with its expression first and its name then. */
export async function matchConditionFindings(
  conditions: readonly MatchCondition[],
  lookUp: ClusterLookUp,
): Promise<Findings> {
  if (conditions.length > maxConditions) {
    return { errors: [tooMany(field, conditions.length, maxConditions)], warnings: [] };
  }
  const { errors, warnings } = await expressionFindings(conditions, lookUp);
  const all = conditions.flatMap((_condition, index) => [
    ...(errors.get(index) ?? []),
    ...nameErrors(conditions, index),
  ]);
  return { errors: all, warnings };
}

function nameErrors(conditions: readonly MatchCondition[], index: number): FieldError[] {
  const name = conditions[index]?.name ?? "";
  if (name === "") return [required(`${field}[${index}].name`)];
  const earlier = conditions.slice(0, index).some((other) => other.name === name);
  return [
    ...qualifiedNameProblems(name).map((problem) => invalid(`${field}[${index}]`, name, problem)),
    ...(earlier ? [duplicate(`${field}[${index}].name`, name)] : []),
  ];
}
