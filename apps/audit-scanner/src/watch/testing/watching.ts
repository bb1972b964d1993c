import { type Clock, systemClock } from "@kubewarden-ts/base";
import { expect, vi } from "vitest";
import type { ScannerGround, ScannerRun } from "../../testing/scanner-in-process.ts";

/** Short pauses pass at once, long ones never. */
export const hurried: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, options) => systemClock.sleep(ms < 5000 ? 1 : ms, options),
};

/** Watches while `deed` runs, then asks the program to stop. */
export async function watching(
  ground: ScannerGround,
  argv: readonly string[],
  deed: () => Promise<void>,
  clock: Clock = hurried,
): Promise<ScannerRun> {
  const stop = new AbortController();
  const run = ground.run(["--watch", "-l=debug", ...argv], { shutdown: stop.signal, clock });
  try {
    await Promise.race([deed(), run.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  } finally {
    stop.abort();
  }
  return await run;
}

/** Looks at reports again and again until they are as expected. */
export function until(reports: () => readonly string[], expected: readonly string[]): Promise<void> {
  return vi.waitFor(() => expect(reports()).toEqual(expected), { timeout: 15_000, interval: 10 });
}
