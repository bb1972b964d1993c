import { describe, expect, it } from "vitest";
import { createProgressBar, progressText } from "./progress-bar.ts";

describe("progressText", () => {
  it.each([
    [
      "what is known, without a total",
      { found: 200, done: 50 },
      { elapsedMs: 1000, expected: undefined },
      "50 of 200 objects so far, 50/s",
    ],
    [
      "the share and the time left",
      { found: 200, done: 250 },
      { elapsedMs: 1000, expected: 1000 },
      "[#####...............] 25% 250 of about 1000 objects, 250/s, about 3 s left",
    ],
    [
      "minutes",
      { found: 100, done: 100 },
      { elapsedMs: 10_000, expected: 1300 },
      "[##..................] 7% 100 of about 1300 objects, 10/s, about 2 min 0 s left",
    ],
    [
      "no more than all, where more was found than expected",
      { found: 20, done: 20 },
      { elapsedMs: 1000, expected: 10 },
      "[####################] 100% 20 of about 20 objects, 20/s, about 0 s left",
    ],
    [
      "nothing of the time before anything is done",
      { found: 5, done: 0 },
      { elapsedMs: 0, expected: 10 },
      "[....................] 0% 0 of about 10 objects, 0/s",
    ],
  ])("tells %s", (_row, progress, options, text) => {
    expect(progressText(progress, options)).toBe(text);
  });
});

describe("createProgressBar", () => {
  function setUp(columns = 80) {
    let screen = "";
    let nowMs = 0;
    const bar = createProgressBar({
      write: (text) => (screen += text),
      columns: () => columns,
      nowMs: () => nowMs,
    });
    const at = (ms: number, done: number) => {
      nowMs = ms;
      bar.update({ found: 10, done });
    };
    return { bar, at, screen: () => screen };
  }

  it("draws ten times a second at most, in one line", () => {
    const { at, screen } = setUp();
    at(0, 1);
    at(50, 2);
    at(100, 3);
    expect(screen().split("\r\u001b[K").slice(1)).toEqual([
      "1 of 10 objects so far, 0/s",
      "3 of 10 objects so far, 30/s",
    ]);
    expect(screen()).not.toContain("\n");
  });

  it("tells the time that is left as soon as somebody has counted", () => {
    const { bar, at, screen } = setUp();
    at(0, 1);
    bar.expect(20);
    at(1000, 10);
    expect(screen()).toMatch(/50% 10 of about 20 objects, 10\/s, about 1 s left$/);
  });

  it("is no wider than the terminal", () => {
    const { at, screen } = setUp(9);
    at(0, 1);
    expect(screen()).toBe("\r\u001b[K1 of 10 ");
  });

  it("makes room for other lines, and is gone in the end", () => {
    const { bar, at, screen } = setUp();
    const written: string[] = [];
    bar.above(() => written.push(screen()));
    at(0, 1);
    bar.above(() => written.push(screen()));
    bar[Symbol.dispose]();
    expect(written).toEqual(["", expect.stringMatching(/\r\u001b\[K$/)]);
    expect(screen()).toMatch(/\r\u001b\[K$/);
  });
});
