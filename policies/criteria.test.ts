import { describe, expect, it } from "vitest";
import { type CriteriaSettings, findCriteriaProblem } from "./criteria.ts";

const anyOf =
  "Resource must have at least one of the required Xs specified by the validation rule. None of the expected Xs were found: ";
const notAnyOf =
  "Resource must not have any of the Xs specified in the validation rule. The following invalid Xs were found: ";
const allOf =
  "Resource is missing required Xs as specified in the validation rules. The following Xs are missing: ";
const notAllOf =
  "Resource has conflicting Xs set according to the validation rules. The following Xs should not be set together: ";
const otherThan =
  "Resource must not have any Xs other than those specified in the validation rule. The following Xs were found that should not be present: ";
const notOtherThan =
  "Resource must have only Xs from the validation rule. The following Xs were found that should not be present: ";

/** What is found beside the values `b, a, c`: those of the row are in this order in `expected`. */
const cases: readonly [string, readonly string[]][] = [
  ["none", []],
  ["other ones", ["z", "y"]],
  ["some of them", ["b", "z"]],
  ["all of them", ["c", "b", "a"]],
  ["all of them and others", ["z", "c", "b", "a", "y"]],
];
const expected: Readonly<Record<CriteriaSettings["criteria"], readonly (string | undefined)[]>> = {
  containsAnyOf: [`${anyOf}a, b, c`, `${anyOf}a, b, c`, undefined, undefined, undefined],
  doesNotContainAnyOf: [undefined, undefined, `${notAnyOf}b`, `${notAnyOf}a, b, c`, `${notAnyOf}a, b, c`],
  containsAllOf: [`${allOf}a, b, c`, `${allOf}a, b, c`, `${allOf}a, c`, undefined, undefined],
  doesNotContainAllOf: [undefined, undefined, undefined, `${notAllOf}a, b, c`, `${notAllOf}a, b, c`],
  containsOtherThan: [otherThan, undefined, undefined, `${otherThan}a, b, c`, undefined],
  doesNotContainOtherThan: [
    undefined,
    `${notOtherThan}y, z`,
    `${notOtherThan}z`,
    undefined,
    `${notOtherThan}y, z`,
  ],
};
const rows = Object.keys(expected).flatMap((name) => {
  const criteria = name as CriteriaSettings["criteria"]; // a key of the table above
  return cases.map(([row, found], index) => [criteria, row, found, expected[criteria][index]] as const);
});

describe("findCriteriaProblem", () => {
  it.each(rows)("policies-and-sdk 22, 32: %s, given %s", (criteria, _row, found, message) => {
    const settings = { criteria, values: ["b", "a", "c", "a"] };
    expect(findCriteriaProblem(settings, new Set(found), "X")).toBe(message);
  });
});
