import { describe, expect, it } from "vitest";
import { summarizeRun, type TestRun } from "./test-summary.ts";

const green: TestRun = { passed: 3, failed: 0, brokenFiles: [], unhandledErrors: 0, skipped: [] };
const withoutGo = { part: "go", reason: "Go is not installed", failsCi: true } as const;
const optedOut = { part: "go", reason: "left out by KUBEWARDEN_TS_SKIP", failsCi: false } as const;
const skippedTest = { file: "tests/guests.test.ts", name: "guests > accept", missing: [withoutGo] };

describe("summarizeRun", () => {
  it.each([
    ["a green run", green, false, "3 passed, 0 failed"],
    ["a failed test", { ...green, failed: 2 }, false, "3 passed, 2 failed"],
    ["a file that does not load", { ...green, brokenFiles: ["a.test.ts"] }, false, "3 passed, 1 failed"],
    ["an error outside of tests", { ...green, unhandledErrors: 1 }, false, "3 passed, 1 failed"],
    ["a skip", { ...green, skipped: [skippedTest] }, false, "3 passed, 0 failed, 1 skipped"],
    ["a skip on CI", { ...green, skipped: [skippedTest] }, true, "3 passed, 1 failed"],
    [
      "a part left out on CI",
      { ...green, skipped: [{ ...skippedTest, missing: [optedOut] }] },
      true,
      "3 passed, 0 failed, 1 skipped",
    ],
  ])("ends with the count of %s", (_row, run, ci, last) => {
    expect(summarizeRun(run, { ci }).lines.at(-1)).toBe(last);
  });

  it("names skipped tests under their reason", () => {
    const { lines } = summarizeRun({ ...green, skipped: [skippedTest] }, { ci: false });
    expect(lines.slice(0, 2)).toEqual([
      "skipped: go: Go is not installed",
      "  tests/guests.test.ts > guests > accept",
    ]);
  });
});
