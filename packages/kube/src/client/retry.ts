import { type Clock, pause } from "@kubewarden-ts/base";
import { isKubeError, type KubeError } from "../errors.ts";
import { isClosedConnection } from "./send-error.ts";

const maxTries = 5;
const firstPauseMs = 250;

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** instant of `clock` at which the caller stops waiting */
  readonly deadlineMs: number;
  /** whether sending the request twice does no harm */
  readonly repeatable: boolean;
}

/**
 * Tries again when the API server asks to (429, 503; `Retry-After` counts), and once when a connection broke. Where the
 * pause would outlast the deadline, the error comes at once.
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const pauseMs = pauseBefore(error, tries, options);
      if (pauseMs === undefined || options.clock.now() + pauseMs >= options.deadlineMs) throw error;
      if (pauseMs > 0) await pause(options.clock, pauseMs, options.signal);
      if (options.signal.aborted) throw error;
    }
  }
}

/** How long to wait before the next try, in milliseconds; `undefined` for no further try. */
function pauseBefore(error: unknown, tries: number, { repeatable }: RetryOptions): number | undefined {
  if (!repeatable || tries >= maxTries) return undefined;
  if (asksToWait(error)) return error.retryAfterMs ?? firstPauseMs * 2 ** (tries - 1);
  return tries === 1 && isKubeError(error, "KUBE_UNAVAILABLE") && isClosedConnection(error.cause)
    ? 0
    : undefined;
}

function asksToWait(error: unknown): error is KubeError {
  return isKubeError(error) && (error.status === 429 || error.status === 503);
}
