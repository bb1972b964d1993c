import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { listForObject } from "./list-for-object.ts";

describe("listForObject", () => {
  const limits = v.object({ max: v.optional(v.number()) });
  it.each<[string, v.GenericSchema, unknown, string | undefined]>([
    ["an object", limits, [], ""],
    ["a strict object", v.strictObject({}), [], ""],
    ["a record", v.record(v.string(), v.number()), [], ""],
    ["an optional member", v.object({ cpu: v.optional(limits) }), { cpu: [] }, "cpu"],
    ["a member that may be null", v.object({ cpu: v.nullish(limits, {}) }), { cpu: [1] }, "cpu"],
    ["an item of a list", v.object({ all: v.array(limits) }), { all: [{}, []] }, "all.1"],
    ["a value of a record", v.record(v.string(), limits), { a: {}, b: [] }, "b"],
    [
      "what is checked further",
      v.pipe(
        v.object({
          a: v.pipe(
            limits,
            v.check(() => true),
          ),
        }),
      ),
      { a: [] },
      "a",
    ],
    [
      "nothing: a list where there should be one",
      v.object({ all: v.array(v.string()) }),
      { all: ["a"] },
      undefined,
    ],
    ["nothing: other members", v.object({ a: limits }), { a: {}, b: [] }, undefined],
    ["nothing: what every object inherits", v.object({ a: limits }), { toString: [] }, undefined],
    [
      "nothing: a union decides itself",
      v.object({ a: v.union([v.array(v.string()), limits]) }),
      { a: [] },
      undefined,
    ],
    [
      "nothing: a list that becomes an object",
      v.pipe(
        v.array(v.string()),
        v.transform(() => ({})),
      ),
      [],
      undefined,
    ],
    ["nothing: no object at all", limits, null, undefined],
  ])("finds a list in place of %s", (_row, schema, value, path) => {
    expect(listForObject(schema, value)).toBe(path);
  });
});
