import { issueCertificate } from "@kubewarden-ts/x509/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { builtinContext } from "../../fixtures/builtin-context.ts";
import { recordedCalls } from "../../fixtures/recorded-call.ts";
import { numberOf, objectOf, type RegoValue, setOf } from "../core/value.ts";
import { formatValue, parseValue } from "../core/value-text.ts";
import { BuiltinError, RegoError } from "../errors.ts";
import { builtinNames, loadBuiltins } from "./index.ts";

const table = await loadBuiltins(builtinNames);
const names = Object.keys(table).sort();
const calls = Map.groupBy(
  recordedCalls().filter(({ name }) => name in table),
  ({ name }) => name,
);
const recorded = [...calls.values()].flatMap((each) => each.flatMap(({ operands }) => operands));

/** A value that any function may be given: arbitrary ones, and some that other functions know what to do with. */
const anyValue = fc.letrec<{ value: RegoValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "{",
      "{}",
      "[]",
      "a.b.c",
      "-----BEGIN X-----",
      issueCertificate("x").cert,
      '{"keys": []}',
    ),
    fc
      .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
      .map((n) => numberOf(String(n))),
    fc.constantFrom(...recorded),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(tie("value"), { maxLength: 4 }).map(setOf),
    fc
      .array(fc.tuple(fc.oneof(fc.string(), memberNames(), tie("value")), tie("value")), { maxLength: 4 })
      .map(objectOf),
  ),
})).value;

function memberNames(): fc.Arbitrary<string> {
  const schema = ["type", "properties", "items", "enum", "$ref", "anyOf", "pattern", "minimum", "format"];
  const trees = ["Operations", "Definitions", "SelectionSet", "Name", "Kind", "Fields", "Type", "Arguments"];
  return fc.constantFrom(...schema, ...trees, "secret", "cert", "alg", "time", "kty", "k", "n", "e", "keys");
}

/** Calls a function; anything but a result or an error of this package fails the test. */
function check(name: string, operands: readonly RegoValue[]): void {
  try {
    const result = table[name]?.(operands, builtinContext());
    // A result can be given back to the module: it is a value, and none that says more than what was given.
    if (result !== undefined) expect(parseValue(formatValue(result))).toEqual(result);
  } catch (error) {
    if (!(error instanceof BuiltinError || error instanceof RegoError)) throw error;
  }
}

test.each(names)("%s: any operands give a result, none, or an error of this package", (name) => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 4 }), (operands) => check(name, operands)),
    { numRuns: 100 },
  );
});

test.each([...calls])("%s: so do changed texts of recorded calls", (name, each) => {
  const change = fc.record({
    start: fc.nat(),
    removed: fc.nat({ max: 4 }),
    added: fc.string({ maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.constantFrom(...each), fc.nat({ max: 2 }), change, ({ operands }, which, changed) => {
      const edited = operands.map((operand, index) =>
        index === which && typeof operand === "string" ? edit(operand, changed) : operand,
      );
      check(name, edited);
    }),
    { numRuns: 200 },
  );
});

function edit(
  text: string,
  { start, removed, added }: { start: number; removed: number; added: string },
): string {
  const at = start % (text.length + 1);
  return (text.slice(0, at) + added + text.slice(at + removed)).toWellFormed();
}
