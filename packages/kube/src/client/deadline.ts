import { abortedError, KubeError } from "../errors.ts";

/** Everything that can end a request before its answer: the caller, the client's end, the time limit. */
export interface Deadline extends Disposable {
  /** aborted by whichever comes first */
  readonly signal: AbortSignal;
  /** What to throw for a failure: why it was stopped, else the failure itself. */
  error(cause: unknown): unknown;
}

/**
 * @param options.closing - aborted with the error to throw when the client is closed
 * @param options.timeoutMs - disposing the deadline takes this limit away; the other two stay
 */
export function createDeadline(options: {
  signal: AbortSignal | undefined;
  closing: AbortSignal;
  timeoutMs: number;
}): Deadline {
  const { signal, closing, timeoutMs } = options;
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(), timeoutMs);
  return {
    signal: AbortSignal.any([closing, slow.signal, ...(signal ? [signal] : [])]),
    error(cause) {
      if (signal?.aborted) return abortedError(signal);
      if (closing.aborted) return closing.reason;
      if (!slow.signal.aborted) return cause;
      return new KubeError(`no answer of the API server within ${timeoutMs} ms`, { code: "KUBE_TIMED_OUT" });
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
    },
  };
}
