import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactJson } from "./exact-json.ts";

describe("exactJson", () => {
  it.each([
    [9007199254740993n, "9007199254740993"],
    [1, "1.0"],
    [-0, "-0.0"],
    [1e21, "1e+21"],
    [{ a: undefined, b: [1n, {}, []] }, '{\n  "b": [\n    1,\n    {},\n    []\n  ]\n}'],
    ['"\n', '"\\"\\n"'],
    [null, "null"],
  ])("writes %s as it was", (value, text) => {
    expect(exactJson(value)).toBe(text);
  });

  it("writes what JSON has as JSON.stringify does", () => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(exactJson(value)).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });
});
