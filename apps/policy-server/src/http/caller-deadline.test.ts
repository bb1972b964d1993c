import { expect, it } from "vitest";
import { evaluationTimeMs } from "./caller-deadline.ts";

it.each([
  ["the usual patience of an API server", 10_000, 0, 9_500],
  ["the most it can have", 30_000, 0, 29_500],
  ["a short one", 1_000, 0, 950],
  ["a shorter one", 100, 0, 80],
  ["a body that took its time", 10_000, 4_000, 5_500],
  ["none left", 10_000, 9_700, 1],
  ["less than the way back takes", 10, 0, 1],
])("%s: %d ms after %d ms leave %d ms", (_what, timeoutMs, elapsedMs, wanted) => {
  expect(evaluationTimeMs(timeoutMs, elapsedMs)).toBe(wanted);
});
