import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalQuantity } from "./quantity.ts";

describe("canonicalQuantity", () => {
  it.each([
    ["1000m", 1],
    ["0.5", "500m"],
    ["1024Mi", "1Gi"],
    ["1e3", "1k"],
    ["1E3", "1k"],
    ["1E", "1000P"],
    ["+1", "1"],
    ["-500m", "-0.5"],
    ["1.", "1"],
    [".5", "500m"],
    ["0", "0m"],
    ["1500000u", "1.5"],
    ["0.1n", "1n"],
  ])("has %s and %s as the same amount", (left, right) => {
    expect(canonicalQuantity(left)).toBe(canonicalQuantity(right));
    expect(canonicalQuantity(left)).toBeDefined();
  });

  it.each([
    ["1", "1m"],
    ["1k", "1Ki"],
    ["1M", "1m"],
    ["-1", "1"],
  ])("tells %s from %s", (left, right) => {
    expect(canonicalQuantity(left)).not.toBe(canonicalQuantity(right));
  });

  it.each(["", ".", "m", "1mi", "1 ", "--1", "1e", "1e9999", "NaN", true, null, {}])(
    "takes %j for none",
    (value) => {
      expect(canonicalQuantity(value)).toBeUndefined();
    },
  );

  it("takes any text, in little time", () => {
    const text = fc.string({ unit: fc.constantFrom(..."0123456789.eE+-numkKMGTPi") });
    fc.assert(
      fc.property(text, (any) => [undefined, "string"].includes(typeof canonicalQuantity(any)) || true),
    );
    expect(canonicalQuantity(`${"9".repeat(1000)}e999`)).toBeTypeOf("string");
  });
});
