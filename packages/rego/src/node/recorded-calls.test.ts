import { expect, test } from "vitest";
import { recordedCalls, resultOf } from "../../fixtures/recorded-call.ts";
import { coreFamilies } from "../core/builtins/families.ts";
import { isArray, type RegoValue } from "../core/value.ts";
import { formatValue } from "../core/value-text.ts";
import { builtinNames, loadBuiltins } from "./index.ts";

// Those of the core have tests of their own.
const coreNames = new Set(coreFamilies.flatMap((family) => family.names));
const names = builtinNames.filter((name) => !coreNames.has(name));
const table = await loadBuiltins(names);
const calls = Map.groupBy(
  recordedCalls().filter(({ name }) => name in table),
  ({ name }) => name,
);

/** The result as text; errors of a schema in order, since OPA tells them in any. */
function textOf(name: string, result: RegoValue | undefined): string {
  if (result === undefined) return "undefined";
  if (name !== "json.match_schema" || !isArray(result)) return formatValue(result);
  const [isValid = null, errors = null] = result;
  return formatValue([isValid, isArray(errors) ? errors.map(formatValue).sort() : errors]);
}

test("each function has recorded calls", () => {
  expect([...calls.keys()].sort()).toEqual(names);
});

test.each([...calls])("policy-runtime 48: %s gives what OPA gives", (name, recorded) => {
  for (const call of recorded) {
    expect(textOf(name, resultOf(table, call)), formatValue(call.operands)).toBe(textOf(name, call.want));
  }
});
