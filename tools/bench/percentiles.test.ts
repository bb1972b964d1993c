import { describe, expect, it } from "vitest";
import { distributionOf, median } from "./percentiles.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => count - index);

describe("distributionOf", () => {
  it.each([
    ["one value", [7], { count: 1, p50: 7, p99: 7, max: 7 }],
    ["two values", [9, 1], { count: 2, p50: 1, p99: 9, max: 9 }],
    ["a hundred values", upTo(100), { count: 100, p50: 50, p99: 99, max: 100 }],
    ["a thousand values", upTo(1000), { count: 1000, p50: 500, p99: 990, max: 1000 }],
    ["numbers by size, not as texts", [10, 9, 100], { count: 3, p50: 10, p99: 100, max: 100 }],
  ])("sums up %s", (_row, values, expected) => {
    expect(distributionOf(values)).toEqual(expected);
  });

  it("leaves the measurements as they were", () => {
    const values = [3, 1, 2];
    distributionOf(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("has nothing to say about no measurements", () => {
    expect(distributionOf([])).toBeUndefined();
    expect(median([])).toBeNaN();
  });
});

it("median is the middle of three", () => {
  expect(median([5, 100, 1])).toBe(5);
});
