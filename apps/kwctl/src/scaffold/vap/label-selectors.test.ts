import { describe, expect, it } from "vitest";
import { allSelectors } from "./label-selectors.ts";

describe("allSelectors", () => {
  const expression = { key: "a", operator: "Exists" };
  it.each([
    ["nothing of nothing", [undefined, null], undefined],
    ["nothing of all", [{ matchLabels: {}, matchExpressions: [] }], undefined],
    [
      "a second value of one label as an expression",
      [
        { matchLabels: { a: "1" }, matchExpressions: [expression] },
        { matchLabels: { a: "2", b: "3" }, matchExpressions: [] },
      ],
      {
        matchLabels: { a: "1", b: "3" },
        matchExpressions: [expression, { key: "a", operator: "In", values: ["2"] }],
      },
    ],
  ])("makes %s", (_row, selectors, expected) => {
    expect(allSelectors(selectors)).toEqual(expected);
  });
});
