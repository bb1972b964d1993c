import type { RuleWithOperations } from "@kubewarden-ts/api/policies";
import { type FieldError, required } from "../field-error.ts";

/** What a policy's rules must all have (controller.md 2.3). */
export function ruleErrors(rules: readonly RuleWithOperations[]): FieldError[] {
  if (rules.length === 0) return [required("spec.rules", "a value must be specified")];
  return rules.flatMap(errorsOf);
}

function errorsOf({ operations = [], apiVersions = [], resources = [] }: RuleWithOperations): FieldError[] {
  const errors: FieldError[] = [];
  if (operations.length === 0) {
    errors.push(required("spec.rules.operations", "a value must be specified"));
  }
  if (apiVersions.length === 0 || resources.length === 0) {
    errors.push(required("spec.rules", "apiVersions and resources must have specified values"));
  }
  return [
    ...errors,
    ...emptyItems("spec.rules.operations", operations),
    ...emptyItems("spec.rules.rule.apiVersions", apiVersions),
    ...emptyItems("spec.rules.rule.resources", resources),
  ];
}

function emptyItems(field: string, items: readonly string[]): FieldError[] {
  return items.flatMap((item, index) =>
    item === "" ? [required(`${field}[${index}]`, "must be non-empty")] : [],
  );
}
