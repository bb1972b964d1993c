import { StoreError } from "./errors.ts";

/**
 * Runs something that takes a signal for a limited time.
 * @throws {StoreError} `STORE_ABORTED` when the caller's signal was aborted, `STORE_TIMEOUT` when the time was over
 */
export async function withinTime<Result>(
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await run(AbortSignal.any([signal, deadline]));
  } catch (cause) {
    if (signal.aborted) throw new StoreError("the download was stopped", { code: "STORE_ABORTED" });
    if (!deadline.aborted) throw cause;
    throw new StoreError(`no complete answer within ${timeoutMs} ms`, { code: "STORE_TIMEOUT" });
  }
}
