import { type Clock, pause } from "@kubewarden-ts/base";

/** Notices that nothing is heard any more. */
export interface SilenceGuard {
  /** aborted when nothing was heard for too long */
  readonly signal: AbortSignal;
  heard(): void;
  /** Stops listening. */
  end(): void;
}

export function guardSilence(clock: Clock, silenceMs: number): SilenceGuard {
  const silent = new AbortController();
  const over = new AbortController();
  let heardAtMs = clock.now();

  async function guard(): Promise<void> {
    while (!over.signal.aborted) {
      const leftMs = heardAtMs + silenceMs - clock.now();
      if (leftMs <= 0) return silent.abort();
      await pause(clock, leftMs, over.signal);
    }
  }

  void guard();
  return {
    signal: silent.signal,
    heard() {
      heardAtMs = clock.now();
    },
    end: () => over.abort(),
  };
}
