import { describe, expect, it } from "vitest";
import { examplesOf, withoutAssertion } from "./check-examples.ts";

const document = ["# A package", "```ts run", "assert.ok(true);", "```", "```ts", "not run", "```", ""].join(
  "\n",
);

describe("style 5: examples and the marked code of documents are run", () => {
  it("finds scripts and marked blocks", () => {
    const files = new Map([
      ["examples/one.ts", "assert.equal(1, 1);"],
      ["packages/a/README.md", document],
      ["packages/a/src/index.ts", "export {};"],
    ]);
    expect(examplesOf(files)).toEqual([
      { kind: "script", name: "examples/one.ts", folder: "examples", code: "assert.equal(1, 1);" },
      { kind: "block", name: "packages/a/README.md:2", folder: "packages/a", code: "assert.ok(true);\n" },
    ]);
  });

  it("refuses an example that asserts nothing", () => {
    const example = {
      kind: "script",
      name: "examples/one.ts",
      folder: "examples",
      code: "console.log(1);",
    } as const;
    expect(withoutAssertion([example])).toEqual(["examples/one.ts: asserts nothing"]);
  });
});
