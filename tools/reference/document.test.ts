import { describe, expect, it } from "vitest";
import { markdownTable, staleDocuments } from "./document.ts";

const wanted = [{ path: "docs/reference/a.md", text: "fresh\n" }];

describe("style 2: generated files equal a fresh generation", () => {
  it.each([
    ["equal", [["docs/reference/a.md", "fresh\n"]], []],
    ["missing", [], ["docs/reference/a.md: missing; run npm run generate"]],
    [
      "edited",
      [["docs/reference/a.md", "old\n"]],
      ["docs/reference/a.md: differs from the code; run npm run generate"],
    ],
    [
      "too much",
      [
        ["docs/reference/a.md", "fresh\n"],
        ["docs/reference/b.md", "by hand\n"],
      ],
      ["docs/reference/b.md: nothing generates this file"],
    ],
  ] as const)("%s", (_row, present, stale) => {
    expect(staleDocuments(wanted, new Map(present))).toEqual(stale);
  });
});

describe("markdownTable", () => {
  it("escapes what would end a cell", () => {
    expect(markdownTable(["A"], [["x|y\n z"]])).toBe("| A |\n|---|\n| x\\|y z |");
  });
});
