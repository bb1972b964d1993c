import { describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";

describe("systemClock", () => {
  it("counts milliseconds since 1970", () => {
    // Somebody may have set the machine's clock since the process began; an hour would be another scale.
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(3_600_000);
    const before = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  it("waits, with a signal and without", async () => {
    await systemClock.sleep(0);
    await systemClock.sleep(1, { signal: new AbortController().signal });
  });

  it("stops waiting when the signal is aborted, before and while", async () => {
    const reason = new Error("stop");
    await expect(systemClock.sleep(1e6, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const sleeping = systemClock.sleep(1e6, { signal: controller.signal });
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
  });
});
