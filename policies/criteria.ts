// Which names must be there and which must not: shared by labels, annotations and environment-variable-policy.
import * as v from "valibot";

/** Settings of a policy that compares names with `values`. */
export const CriteriaSettings = v.object({
  criteria: v.picklist([
    "containsAnyOf",
    "doesNotContainAnyOf",
    "containsAllOf",
    "doesNotContainAllOf",
    "containsOtherThan",
    "doesNotContainOtherThan",
  ]),
  values: v.array(v.string()),
});
export type CriteriaSettings = v.InferOutput<typeof CriteriaSettings>;

/**
 * What is wrong with the values of the settings.
 * @param subject - what the names are names of, in singular
 * @param invalid - how a name is called that none of these can have; `undefined` for others
 */
export function findSettingsProblem(
  { values }: CriteriaSettings,
  subject: string,
  invalid: (name: string) => string | undefined,
): string | undefined {
  if (values.length === 0) return `Empty ${subject} list is not allowed`;
  const names = values.map(invalid).filter((name) => name !== undefined);
  return names.length === 0 ? undefined : `Invalid ${subject} names: ${listed(names)}`;
}

/**
 * What is wrong with names that were found.
 * @param subject - what they are names of, in singular
 */
export function findCriteriaProblem(
  { criteria, values }: CriteriaSettings,
  found: ReadonlySet<string>,
  subject: string,
): string | undefined {
  const present = values.filter((name) => found.has(name));
  const missing = values.filter((name) => !found.has(name));
  const others = [...found].filter((name) => !values.includes(name));
  switch (criteria) {
    case "containsAnyOf":
      if (present.length > 0) return undefined;
      return `Resource must have at least one of the required ${subject}s specified by the validation rule. None of the expected ${subject}s were found: ${listed(values)}`;
    case "doesNotContainAnyOf":
      if (present.length === 0) return undefined;
      return `Resource must not have any of the ${subject}s specified in the validation rule. The following invalid ${subject}s were found: ${listed(present)}`;
    case "containsAllOf":
      if (missing.length === 0) return undefined;
      return `Resource is missing required ${subject}s as specified in the validation rules. The following ${subject}s are missing: ${listed(missing)}`;
    case "doesNotContainAllOf":
      if (missing.length > 0) return undefined;
      return `Resource has conflicting ${subject}s set according to the validation rules. The following ${subject}s should not be set together: ${listed(values)}`;
    case "containsOtherThan":
      if (others.length > 0) return undefined;
      return `Resource must not have any ${subject}s other than those specified in the validation rule. The following ${subject}s were found that should not be present: ${listed(present)}`;
    case "doesNotContainOtherThan":
      if (others.length === 0) return undefined;
      return `Resource must have only ${subject}s from the validation rule. The following ${subject}s were found that should not be present: ${listed(others)}`;
  }
}

/** Sorted, each name once. */
function listed(names: readonly string[]): string {
  return [...new Set(names)].sort().join(", ");
}
