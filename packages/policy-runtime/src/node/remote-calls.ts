import type { ServeCapability } from "./handler.ts";

interface PendingCall {
  readonly job: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Host calls of this worker that the main thread serves. */
export interface RemoteCalls {
  readonly serve: ServeCapability;
  /** Runs `work`; calls it makes belong to the job. */
  during<T>(job: number, work: () => T): T;
  settle(
    answer: { call: number; ok: true; value: unknown } | { call: number; ok: false; message: string },
  ): void;
  /** Ends the calls of a job with an error. */
  end(job: number, error: Error): void;
}

export function createRemoteCalls(
  post: (call: number, job: number, path: string, input: unknown) => void,
): RemoteCalls {
  const pending = new Map<number, PendingCall>();
  let lastCall = 0;
  let currentJob = 0;
  return {
    serve(path, input) {
      const call = ++lastCall;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      pending.set(call, { job: currentJob, resolve, reject });
      post(call, currentJob, path, input);
      return promise;
    },
    during(job, work) {
      currentJob = job;
      return work();
    },
    settle(answer) {
      const waiting = pending.get(answer.call);
      pending.delete(answer.call);
      if (answer.ok) waiting?.resolve(answer.value);
      else waiting?.reject(new Error(answer.message));
    },
    end(job, error) {
      for (const [call, waiting] of pending) {
        if (waiting.job !== job) continue;
        pending.delete(call);
        waiting.reject(error);
      }
    },
  };
}
