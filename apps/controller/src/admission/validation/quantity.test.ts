import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatQuantity, parseQuantity } from "./quantity.ts";

describe("quantities", () => {
  it.each([
    ["0", "0"],
    ["1000m", "1"],
    ["0.5", "500m"],
    [".5", "500m"],
    ["5.", "5"],
    ["-1500m", "-1500m"],
    ["+2k", "2k"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["1Ki", "1Ki"],
    ["0.5Ki", "512"],
    ["1000000", "1M"],
    ["1e3", "1e3"],
    ["1E3", "1e3"],
    ["1E", "1E"],
    ["12e-3", "12e-3"],
    ["1u", "1u"],
    ["0.0000000001", "1n"],
    ["100000000000000000000000", "100000E"],
  ])("%s is written %s", (text, expected) => {
    const quantity = parseQuantity(text);
    expect(quantity && formatQuantity(quantity)).toBe(expected);
  });

  it.each(["", "-", ".", "m", "1 ", "1mi", "1e", "1e1000", "1_000", "Infinity", "1ki", "0x1"])(
    "%j is none",
    (text) => expect(parseQuantity(text)).toBeUndefined(),
  );

  it("means the same when it is written and read again", () => {
    const texts = fc
      .tuple(
        fc.constantFrom("", "-"),
        fc.nat(),
        fc.constantFrom("", ".5", ".25"),
        fc.constantFrom("", "n", "m", "k", "G", "Ki", "Mi", "Ti", "e3", "e-6"),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        const quantity = parseQuantity(text)!;
        const again = parseQuantity(formatQuantity(quantity))!;
        const isRounded = quantity.format === "binary" && quantity.nanos % 10n ** 9n !== 0n;
        if (!isRounded) expect(again.nanos).toBe(quantity.nanos);
      }),
    );
  });
});
