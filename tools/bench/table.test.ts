import { expect, it } from "vitest";
import { formatTable } from "./table.ts";

const columns = [
  { key: "guest", title: "guest" },
  { key: "p50Us", title: "p50 µs", digits: 1 },
  { key: "rps", title: "rps" },
];

it("aligns texts to the left and numbers to the right", () => {
  const rows = [
    { guest: "typescript", p50Us: 61.04, rps: 12_345.6 },
    { guest: "go", p50Us: 1500, rps: undefined },
  ];
  expect(formatTable(columns, rows)).toBe(
    [
      "guest       p50 µs    rps",
      "-------------------------",
      "typescript    61.0  12346",
      "go          1500.0      -",
    ].join("\n"),
  );
});

it("shows the titles when there is no row", () => {
  expect(formatTable(columns, [])).toBe("guest  p50 µs  rps\n------------------");
});

it("ends no line with blanks", () => {
  const table = formatTable([{ key: "a", title: "a" }], [{ a: "long text" }, { a: "b" }]);
  expect(table.split("\n").filter((line) => line !== line.trimEnd())).toEqual([]);
});
