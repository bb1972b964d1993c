import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { createSilenceGuard } from "./silence-guard.ts";

describe("createSilenceGuard", () => {
  it("lets one through every 30 s after 20 without an answer, and all after an answer", async () => {
    const clock = createFakeClock();
    const guard = createSilenceGuard(clock);
    for (let count = 0; count < 19; count++) guard.silent();
    expect(guard.refuses()).toBe(false);
    guard.silent();
    expect(guard.refuses()).toBe(true);
    await clock.advance(30_000);
    expect([guard.refuses(), guard.refuses()]).toEqual([false, true]);
    guard.silent();
    expect(guard.refuses()).toBe(true);
    await clock.advance(30_000);
    expect(guard.refuses()).toBe(false);
    guard.answered();
    expect([guard.refuses(), guard.refuses()]).toEqual([false, false]);
  });

  it("an answer in between starts the count anew", () => {
    const guard = createSilenceGuard(createFakeClock());
    for (let count = 0; count < 100; count++) {
      guard.silent();
      if (count % 10 === 0) guard.answered();
    }
    expect(guard.refuses()).toBe(false);
  });
});
