import { describe, expect, it } from "vitest";
import { parseJson } from "./lossless-json.ts";
import { UnreadableObjectError } from "./pod-spec.ts";
import {
  booleanIn,
  integerIn,
  integersIn,
  listIn,
  type Part,
  partIn,
  partOf,
  partsIn,
  stringIn,
  stringsIn,
} from "./typed-fields.ts";

const part = (fields: string, path?: string) => partOf(parseJson(fields), path);
type Read = (part: Part | undefined, name: string) => unknown;

describe("fields by type", () => {
  it.each<[Read, string, unknown]>([
    [stringIn, '"x"', "x"],
    [booleanIn, "false", false],
    [integerIn, "-5", -5],
    [integerIn, "9007199254740993", 9007199254740992],
    [listIn, "[1]", [1]],
    [stringsIn, '["a"]', ["a"]],
    [integersIn, "[1, 2]", [1, 2]],
    [partIn, '{"b": 1}', { path: "a", fields: { b: 1 } }],
    [partsIn, '[{"b": 1}]', [{ path: "a[0]", fields: { b: 1 } }]],
  ])("%o reads %s", (read, text, expected) => {
    expect(read(part(`{"a": ${text}}`), "a")).toEqual(expected);
  });

  it.each<[Read, unknown]>([
    [stringIn, undefined],
    [booleanIn, undefined],
    [integerIn, undefined],
    [partIn, undefined],
    [listIn, []],
    [stringsIn, []],
    [integersIn, []],
    [partsIn, []],
  ])("%o takes null, absent fields and absent objects as nothing", (read, nothing) => {
    for (const source of [undefined, part("{}"), part('{"a": null}')]) {
      expect(read(source, "a")).toEqual(nothing);
    }
  });

  it.each<[Read, string, string]>([
    [stringIn, "1", "x.a: expected string, got number"],
    [stringIn, "1.0", "x.a: expected string, got number"],
    [booleanIn, '"true"', "x.a: expected boolean, got string"],
    [integerIn, '"5"', "x.a: expected integer, got string"],
    [integerIn, "1.5", "x.a: expected integer, got number"],
    [integersIn, "[1, null]", "x.a[1]: expected integer, got null"],
    [listIn, "{}", "x.a: expected array, got object"],
    [stringsIn, "[[]]", "x.a[0]: expected string, got array"],
    [partIn, "[]", "x.a: expected object, got array"],
    [partIn, "1.0", "x.a: expected object, got number"],
    [partsIn, "[{}, null]", "x.a[1]: expected object, got null"],
  ])("%o refuses %s", (read, text, message) => {
    expect(() => read(part(`{"a": ${text}}`, "x"), "a")).toThrow(new UnreadableObjectError(message));
  });

  it("names fields of a root by themselves, and roots that are no object", () => {
    expect(() => stringIn(part('{"a": 1}'), "a")).toThrow("a: expected string, got number");
    expect(() => part("[]")).toThrow("object: expected object, got array");
    expect(() => part("true", "spec")).toThrow("spec: expected object, got boolean");
  });

  it("gives references", () => {
    const object = { a: { b: 1 } };
    Object.assign(partIn(partOf(object), "a")?.fields ?? {}, { b: 2 });
    expect(object).toEqual({ a: { b: 2 } });
  });
});
