import { expect, it } from "vitest";
import { framedTable } from "./framed-table.ts";

it("kwctl-and-oci 41: frames a table, and no cell makes up a row or clears a terminal", () => {
  const rows = [
    ["Policy", "Size"],
    ["a\n| b | 1 kB |", "1 B"],
    ["\u001b[2J", "10 kB"],
  ];
  expect(framedTable(rows).split("\n")).toEqual([
    "+----------------+-------+",
    "| Policy         | Size  |",
    "+----------------+-------+",
    "| a | b | 1 kB | | 1 B   |",
    "| \\u001b[2J      | 10 kB |",
    "+----------------+-------+",
    "",
  ]);
});
