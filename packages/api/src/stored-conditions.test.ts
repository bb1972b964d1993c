import { describe, expect, it } from "vitest";
import { type Condition, isFalse, isTrue } from "./condition.ts";
import { storedConditions } from "./stored-conditions.ts";

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const now = "2026-01-02T03:04:05Z";
const before = "2025-12-31T00:00:00Z";
const ready = { ...isTrue("Ready"), lastTransitionTime: before, observedGeneration: 1 };

describe("storedConditions", () => {
  it.each<[string, Condition, string]>([
    ["keeps the time while the status stays", isTrue("Ready"), before],
    ["keeps the time when only the message moves", isTrue("Ready", "again"), before],
    ["moves the time with the status", isFalse("Ready", "gone"), now],
  ])("controller 44: %s", (_row, found, lastTransitionTime) => {
    expect(storedConditions([ready], [found], { nowMs, generation: 2 })).toEqual([
      { ...found, lastTransitionTime, observedGeneration: 2 },
    ]);
  });

  it("controller 43: cuts a message with which the API server would refuse the status", () => {
    const [stored] = storedConditions([], [isFalse("Ready", `${"x".repeat(32_767)}\u{1f600}`)], {
      ...{ nowMs, generation: 1 },
    });
    expect(stored?.message).toBe(`${"x".repeat(32_767)}\u{fffd}`);
  });

  it("controller 44: gives what was stored when nothing is new", () => {
    expect(storedConditions([ready], [isTrue("Ready")], { nowMs, generation: 1 })).toEqual([ready]);
  });

  it("keeps conditions that the pass says nothing of, and their order", () => {
    const foreign = { ...ready, type: "Foreign" };
    const found = [isTrue("New"), isTrue("Ready")];
    const types = storedConditions([foreign, ready], found, { nowMs, generation: undefined }).map(
      ({ type }) => type,
    );
    expect(types).toEqual(["Foreign", "Ready", "New"]);
  });
});
