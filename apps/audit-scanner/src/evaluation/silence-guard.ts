import type { Clock } from "@kubewarden-ts/base";

/** Keeps a scan from waiting ten seconds for each of many objects when a server takes requests and answers none. */
export interface SilenceGuard {
  /** Whether the server is not to be asked now. */
  refuses(): boolean;
  /** An answer came, whatever it says. */
  answered(): void;
  /** A request's time was over without an answer. */
  silent(): void;
}

const silentRequests = 20;
const pauseMs = 30_000;

/** After 20 requests in a row without an answer, one request is let through every 30 s, until an answer comes. */
export function createSilenceGuard(clock: Pick<Clock, "now">): SilenceGuard {
  let silences = 0;
  let refusesUntilMs = 0;
  return {
    refuses() {
      if (silences < silentRequests) return false;
      const now = clock.now();
      if (now < refusesUntilMs) return true;
      refusesUntilMs = now + pauseMs;
      return false;
    },
    answered() {
      silences = 0;
    },
    silent() {
      silences++;
      if (silences === silentRequests) refusesUntilMs = clock.now() + pauseMs;
    },
  };
}
