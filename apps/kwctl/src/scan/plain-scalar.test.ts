import { isLosslessNumber } from "@kubewarden-ts/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPlainScalar } from "./plain-scalar.ts";

describe("readPlainScalar: what kubectl makes of it", () => {
  it.each<[string, unknown]>([
    ["yes", true],
    ["On", true],
    ["y", true],
    ["no", false],
    ["OFF", false],
    ["yEs", "yEs"],
    ["", null],
    ["~", null],
    ["nil", "nil"],
    ["0644", { text: "420" }],
    ["08", { text: "8" }],
    ["0x1F", { text: "31" }],
    ["-0x1F", { text: "-31" }],
    ["0b101", { text: "5" }],
    ["0o17", { text: "15" }],
    ["1_000", { text: "1000" }],
    ["+1", { text: "1" }],
    ["-0", { text: "0" }],
    ["9007199254740993", { text: "9007199254740993" }],
    ["1.0", { text: "1.0" }],
    ["1e3", { text: "1e3" }],
    [".5", { text: "0.5" }],
    ["1.", { text: "1" }],
    ["1:30", "1:30"],
    ["2001-01-01", "2001-01-01"],
    ["1.2.3", "1.2.3"],
    ["-", "-"],
    ["1Gi", "1Gi"],
    ["<<", "<<"],
  ])("%s is %j", (text, expected) => {
    expect(readPlainScalar(text)).toEqual(expected);
  });

  it.each([".inf", "-.INF", ".nan", "1.e999", `0x${"f".repeat(200)}`])("refuses %s", (text) => {
    expect(() => readPlainScalar(text)).toThrow("expected a");
  });

  it("gives numbers that are JSON, whatever the text", () => {
    const text = fc.string({ unit: fc.constantFrom(..."0123456789abxoefE+-._") });
    fc.assert(
      fc.property(text, (text) => {
        let value: ReturnType<typeof readPlainScalar> = null;
        try {
          value = readPlainScalar(text);
        } catch {
          return;
        }
        if (isLosslessNumber(value)) JSON.parse(value.text);
      }),
      { numRuns: 1000 },
    );
  });
});
