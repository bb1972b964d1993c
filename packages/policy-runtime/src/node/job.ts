import type { Logger } from "@kubewarden-ts/base";
import type { GuestUsage } from "../core/host.ts";
import type { WorkerSlot } from "./worker-slot.ts";

/** What one evaluation took. */
export interface RunUsage extends GuestUsage {
  /** Time on the CPU, in milliseconds; waiting for the host does not count. */
  readonly cpuMs: number;
  /** From its first instruction to its answer, in milliseconds; waiting for the host counts. */
  readonly elapsedMs: number;
}

/** How one evaluation ended, as seen from the main thread. */
export type RunResult<Answer> =
  /** `usage` is there when the guest was asked. */
  | { kind: "answer"; answer: Answer; usage?: RunUsage | undefined }
  /** The limit of time passed; not even begun when all workers were busy. */
  | { kind: "timed-out"; begun: boolean }
  /** No answer could be had: the instance could not be made, the worker died. `message` says why. */
  | { kind: "failed"; message: string };

/** An evaluation under way. */
export interface Job<Answer> {
  readonly policyKey: number;
  readonly action: string;
  readonly body: Uint8Array;
  readonly resolve: (result: RunResult<Answer>) => void;
  /** What its guest and the host say about it is written there; made when there is something to write. */
  readonly log: (() => Logger) | undefined;
  /** Its id in the worker it was last sent to. */
  sequence: number;
  slot: WorkerSlot<Answer> | undefined;
  timer: NodeJS.Timeout | undefined;
  /** Times it was begun: it is moved when its worker is taken away from it. */
  attempts: number;
  /** It was on the CPU for longer than a slice. */
  hogged: boolean;
  /** Somebody was told how it ended; it may still be running. */
  settled: boolean;
  /** It left the CPU to wait. */
  suspended: boolean;
  /** Aborts the host calls it makes; made with the first of them. */
  abort: AbortController | undefined;
}

export function createJob<Answer>(
  policyKey: number,
  action: string,
  body: Uint8Array,
  resolve: (result: RunResult<Answer>) => void,
  log?: () => Logger,
): Job<Answer> {
  return {
    policyKey,
    action,
    body,
    resolve,
    log,
    sequence: 0,
    slot: undefined,
    timer: undefined,
    attempts: 0,
    hogged: false,
    settled: false,
    suspended: false,
    abort: undefined,
  };
}

/** Tells the caller how the job ended, once. */
export function settleJob<Answer>(job: Job<Answer>, result: RunResult<Answer>): void {
  if (job.settled) return;
  job.settled = true;
  clearTimeout(job.timer);
  job.abort?.abort();
  job.resolve(result);
}

/** Takes the first job of a queue that somebody still waits for. */
export function takeWanted<Answer>(queue: Job<Answer>[]): Job<Answer> | undefined {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) if (!job.settled) return job;
  return undefined;
}
