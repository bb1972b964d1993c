import type { Clock } from "@kubewarden-ts/base";
import { abortable } from "../abortable.ts";

/** A value that is read when it is needed, and again when it has become too old. */
export interface Remembered<Value> {
  /** The value; callers at the same time share one reading. An aborted signal ends the waiting only. */
  get(signal?: AbortSignal): Promise<Value>;
  /** The next `get` reads anew. */
  forget(): void;
}

/**
 * @param read - gives the value, and for how many milliseconds it may be used
 * @param options.keepLast - when reading anew fails, the last value stays in use for so many milliseconds more; never
 *   after `forget`
 */
export function remembered<Value>(
  read: () => Promise<{ value: Value; validForMs: number }>,
  { clock, keepLast }: { clock: Clock; keepLast?: { forMs: number } },
): Remembered<Value> {
  let last: { value: Value; untilMs: number } | undefined;
  let reading: Promise<Value> | undefined;

  async function readAnew(): Promise<Value> {
    const before = last;
    try {
      const { value, validForMs } = await read();
      last = { value, untilMs: clock.now() + validForMs };
      return value;
    } catch (error) {
      if (keepLast === undefined || before === undefined || last !== before) throw error;
      last = { value: before.value, untilMs: clock.now() + keepLast.forMs };
      return before.value;
    } finally {
      reading = undefined;
    }
  }

  return {
    async get(signal) {
      if (last !== undefined && clock.now() < last.untilMs) return last.value;
      reading ??= readAnew();
      return await abortable(reading, signal);
    },
    forget() {
      last = undefined;
    },
  };
}
