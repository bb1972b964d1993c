import { expect, it } from "vitest";
import { formatTable } from "./policy-table.ts";

it("formatTable aligns names and numbers and sums them up", () => {
  expect(
    formatTable([
      ["a", 700_000, 9],
      ["long-name", 5, 300],
    ]),
  ).toBe(
    [
      "policy       bytes  gzip",
      "a           700000     9",
      "long-name        5   300",
      "2 policies  700005   309",
      "",
    ].join("\n"),
  );
});
