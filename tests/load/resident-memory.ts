import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** What a process holds of memory, looked at now and then until it is disposed of. */
export interface MemorySamples extends AsyncDisposable {
  /** In MiB, in order. */
  readonly mebibytes: readonly number[];
}

const sampleEveryMs = 100;

/** Watches the resident set of a process; of Linux only. */
export function sampleMemory(pid: number): MemorySamples {
  const mebibytes: number[] = [];
  const stop = new AbortController();
  const sample = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      mebibytes.push(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
      await delay(sampleEveryMs);
    }
  };
  const sampling = sample();
  return {
    mebibytes,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await sampling;
    },
  };
}

/** Of the fifth parts of a series, the means of the second and of the last. */
export function secondAndLastFifth(values: readonly number[]): { second: number; last: number } {
  const fifth = Math.floor(values.length / 5);
  const mean = (part: readonly number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
  return { second: mean(values.slice(fifth, 2 * fifth)), last: mean(values.slice(4 * fifth)) };
}
