import { expect, test } from "vitest";
import type { Builtin } from "../core/builtin.ts";
import { builtinFamilies } from "./builtin-families.ts";
import { loadBuiltins, nodeBuiltinNames } from "./index.ts";

test.each(builtinFamilies)("a family has the functions it names: $names.0", async ({ names, load }) => {
  expect(Object.keys(await load()).sort()).toEqual([...names].sort());
});

test("names are in order, and none is in two families", () => {
  expect(nodeBuiltinNames).toEqual([...new Set(nodeBuiltinNames)].sort());
});

test("a module gets the families that it asks for, beside the core", async () => {
  const upper: Builtin = () => "core";
  const table = await loadBuiltins(["upper", "json.verify_schema", "not.known", "constructor"], { upper });
  expect(Object.keys(table).sort()).toEqual(["json.match_schema", "json.verify_schema", "upper"]);
  expect(table["upper"]).toBe(upper);
});

test("a module that asks for nothing gets the core alone", async () => {
  expect(await loadBuiltins([])).toEqual({});
});
