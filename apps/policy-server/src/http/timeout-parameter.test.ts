import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeoutParameter } from "./timeout-parameter.ts";

describe("timeoutParameter", () => {
  it.each([
    ["timeout=10s", 10_000],
    ["timeout=1m30s", 90_000],
    ["timeout=250ms", 250],
    ["timeout=1.5s", 1_500],
    ["x=1&timeout=2s", 2_000],
    ["timeout=1h", 3_600_000],
    ["timeout=500us", 0.5],
  ])("reads %s as %d ms", (query, ms) => {
    expect(timeoutParameter(query)).toBe(ms);
  });

  it.each([[""], ["timeout="], ["timeout=10"], ["timeout=-1s"], ["timeout=0s"], ["timeout=soon"], ["%%%"]])(
    "ignores %j",
    (query) => {
      expect(timeoutParameter(query)).toBeUndefined();
    },
  );

  it("answers any query with a positive number or nothing", () => {
    const queries = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^timeout=[\d.hmsuµn]*$/));
    fc.assert(
      fc.property(queries, (query) => {
        expect(timeoutParameter(query) ?? 1).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});
