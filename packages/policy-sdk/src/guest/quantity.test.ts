import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
} from "./quantity.ts";

describe("canonicalQuantity", () => {
  it.each([
    ["1000m", "1"],
    ["0.5", "500m"],
    [".5", "500m"],
    ["1.", "1"],
    ["+1", "1"],
    ["-0", "0"],
    ["-1.5", "-1500m"],
    ["0Gi", "0"],
    ["1024Ki", "1Mi"],
    ["1.5Gi", "1536Mi"],
    ["1000Ki", "1000Ki"],
    ["1Ki", "1Ki"],
    ["0.5Ki", "512"],
    ["0.0001Ki", "102400u"],
    ["0.1Mi", "104857600m"],
    ["1E", "1E"],
    ["1E3", "1e3"],
    ["12e-3", "12e-3"],
    ["1e-1", "100e-3"],
    ["1500k", "1500k"],
    ["1000k", "1M"],
    ["1e0", "1"],
    ["00012", "12"],
    ["1n", "1n"],
    ["0.1n", "1n"],
    ["-0.1n", "-1n"],
    ["1.0000000001", "1000000001n"],
    ["9223372036854775807", "9223372036854775807"],
    ["9223372036854775808", "9223372036854775807"],
    ["10E", "9223372036854775807"],
    ["8Ei", "9223372036854775807"],
    ["1e999999999", "9223372036854775807"],
    ["1e-999999999", "1e-9"],
    [`0.${"0".repeat(500)}1Ei`, "1n"],
  ])("policies-and-sdk 31: of %s is %s", (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  const [format, numeric, suffix] = [
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    "unable to parse numeric part of quantity",
    "unable to parse quantity's suffix",
  ];
  it.each([
    ["", format],
    [" 1", format],
    ["1 ", format],
    ["1.1.M", format],
    ["1\n", format],
    ["aoeu", format],
    ["0.1am", format],
    ["١", format],
    [".", numeric],
    ["-", numeric],
    ["m", numeric],
    ["1i", suffix],
    ["1K", suffix],
    ["1ki", suffix],
    ["0.1mi", suffix],
    ["1e", suffix],
    ["-3.01e-", suffix],
    ["1M5", suffix],
    ["1EE", suffix],
    ["1-5", suffix],
  ])("refuses %j", (text, message) => {
    expect(() => parseQuantity(text)).toThrow(new QuantityError(message));
  });

  it("reads what it writes, and never throws anything else, whatever the text is", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(..."0123456789.+-eEinumkKMGTP", "Ki", "Gi", "e1") }),
      fc
        .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom("", "m", "k", "Mi", "Ei"))
        .map(([number, unit]) => `${number}${unit}`),
    );
    fc.assert(
      fc.property(text, (text) => {
        try {
          const quantity = parseQuantity(text);
          const again = parseQuantity(formatQuantity(quantity));
          expect(again.nanos).toBe(quantity.nanos);
          expect(formatQuantity(again)).toBe(formatQuantity(quantity));
        } catch (error) {
          expect(error).toBeInstanceOf(QuantityError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("takes time linear in the text", () => {
    for (const text of [
      "9".repeat(1_000_000),
      `0.${"1".repeat(1_000_000)}Gi`,
      `1e${"9".repeat(1_000_000)}`,
    ]) {
      const started = performance.now();
      parseQuantity(text);
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});

describe("compareQuantities", () => {
  it.each([
    ["1000m", "1", 0],
    ["1Ki", "1k", 1],
    ["999Mi", "1Gi", -1],
    ["-1", "1n", -1],
    ["0.1", "100m", 0],
  ])("policies-and-sdk 31: of %s and %s is %d", (left, right, expected) => {
    expect(compareQuantities(parseQuantity(left), parseQuantity(right))).toBe(expected);
    expect(compareQuantities(parseQuantity(right), parseQuantity(left))).toBe(expected === 0 ? 0 : -expected);
  });

  it("orders as the numbers do", () => {
    const whole = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(whole, whole, (left, right) => {
        const compared = compareQuantities(parseQuantity(`${left}m`), parseQuantity(`${right}m`));
        expect(compared).toBe(Math.sign(left - right));
      }),
    );
  });
});
