import { expect, test } from "vitest";
import { builtinFamilies } from "./builtin-families.ts";
import { builtinNames, loadBuiltins } from "./index.ts";

test.each(builtinFamilies)("a family has the functions it names: $names.0", async ({ names, load }) => {
  expect(Object.keys(await load()).sort()).toEqual([...names].sort());
});

test("names are in order, and none is in two families", () => {
  expect(builtinNames).toEqual([...new Set(builtinNames)].sort());
});

test("a module gets the families that it asks for", async () => {
  const table = await loadBuiltins(["sprintf", "json.verify_schema", "not.known", "constructor"]);
  expect(Object.keys(table).sort()).toEqual(["json.match_schema", "json.verify_schema", "sprintf"]);
});

test("a module that asks for nothing gets nothing", async () => {
  expect(await loadBuiltins([])).toEqual({});
});
