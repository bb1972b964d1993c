import { type Clock, systemClock } from "@kubewarden-ts/base";

/**
 * A clock that stands still until a test moves it: what is kept for seconds stays kept, however slow the machine is. Who sleeps
 * by it sleeps as long as ever.
 */
export function standingClock(): Clock & { nowMs: number } {
  const clock = { nowMs: systemClock.now(), now: () => clock.nowMs, sleep: systemClock.sleep };
  return clock;
}
