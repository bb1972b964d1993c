import { expect, test } from "vitest";
import { recordedCalls, resultOf } from "../../fixtures/recorded-call.ts";
import { jsonValueOf } from "../core/go/json.ts";
import { isArray, type RegoValue } from "../core/value.ts";
import { formatValue } from "../core/value-text.ts";
import { builtinNames, loadBuiltins } from "./index.ts";

const table = await loadBuiltins(builtinNames);
const calls = Map.groupBy(
  recordedCalls().filter(({ name }) => name in table),
  ({ name }) => name,
);

/** The result in JSON, as OPA told it; errors of a schema in order, since OPA tells them in any. */
function textOf(name: string, result: RegoValue | undefined): string {
  if (result === undefined) return "undefined";
  if (name !== "json.match_schema" || !isArray(result)) return formatValue(jsonValueOf(result));
  const [isValid = null, errors = null] = result;
  return formatValue([isValid, isArray(errors) ? errors.map(formatValue).sort() : errors]);
}

/** They print, are nothing that can be called, or give another result in each evaluation. */
const unrecorded = [
  ...["internal.print", "internal.test_case", "rego.metadata.chain", "rego.metadata.rule"],
  ...["rand.intn", "time.now_ns", "uuid.rfc4122"],
];

test("each function has recorded calls", () => {
  expect([...calls.keys(), ...unrecorded].sort()).toEqual(builtinNames);
});

test.each([...calls])("policy-runtime 48: %s gives what OPA gives", (name, recorded) => {
  for (const call of recorded) {
    expect(textOf(name, resultOf(table, call)), formatValue(call.operands)).toBe(textOf(name, call.want));
  }
});
