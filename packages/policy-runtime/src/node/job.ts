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

/** How long an evaluation may take. */
export interface RunTimes {
  /** Its limit, in milliseconds, from now on; none when `undefined`. */
  readonly timeoutMs?: number | undefined;
  /** How long its caller waits; matters alone where the evaluation has no limit, and only until it begins. */
  readonly patienceMs?: number | undefined;
}

/** How one evaluation ended, as seen from the main thread. */
export type RunResult<Answer> =
  /** `usage` is there when the guest was asked. */
  | { kind: "answer"; answer: Answer; usage?: RunUsage | undefined }
  /** The limit of time passed; not even begun when other evaluations of the same policy did not end. */
  | { kind: "timed-out"; begun: boolean }
  /** There is too much to do: it would not have been done in time, and was not begun. */
  | { kind: "shed" }
  /** No answer could be had: the instance could not be made, the worker died. `message` says why. */
  | { kind: "failed"; message: string };

/** An evaluation under way. */
export interface Job<Answer> {
  readonly policyKey: number;
  readonly action: string;
  readonly body: Uint8Array;
  /** When its answer is of no use any more, by the clock of `performance`; `Infinity` for never. */
  readonly deadlineMs: number;
  readonly resolve: (result: RunResult<Answer>) => void;
  /** What its guest and the host say about it is written there; made when there is something to write. */
  readonly log?: (() => Logger) | undefined;
  /** Its id in the worker it was last sent to. */
  sequence: number;
  slot: WorkerSlot<Answer> | undefined;
  timer: NodeJS.Timeout | undefined;
  /** How long it is expected to take, as counted where it is. */
  expectedMs: number;
  /** Workers that died of themselves while it was on them, and it may have been the cause. */
  deaths: number;
  /** It is known to have been on the CPU, on the worker it was last sent to. */
  begun: boolean;
  /** It was on the CPU for longer than a slice. */
  hogged: boolean;
  /** Somebody was told how it ended; it may still be running. */
  settled: boolean;
  /** It left the CPU to wait. */
  suspended: boolean;
  /** Lets go of what it holds of the pool, once it is settled. */
  release: (() => void) | undefined;
  /** Aborts the host calls it makes; made with the first of them. */
  abort: AbortController | undefined;
}

export function createJob<Answer>(
  asked: Pick<Job<Answer>, "policyKey" | "action" | "body" | "deadlineMs" | "resolve" | "log">,
): Job<Answer> {
  return {
    ...asked,
    expectedMs: 0,
    sequence: 0,
    slot: undefined,
    timer: undefined,
    deaths: 0,
    begun: false,
    hogged: false,
    settled: false,
    suspended: false,
    release: undefined,
    abort: undefined,
  };
}

/** Tells the caller how the job ended, once. */
export function settleJob<Answer>(job: Job<Answer>, result: RunResult<Answer>): void {
  if (job.settled) return;
  job.settled = true;
  clearTimeout(job.timer);
  job.abort?.abort();
  job.release?.();
  job.resolve(result);
}

/** Whether a job is known to have been on the CPU of the worker that has it. */
export function hasBegun<Answer>(job: Job<Answer>): boolean {
  const { slot, sequence, begun } = job;
  if (slot?.jobs.get(sequence) !== job) return false;
  return begun || slot.activity.running().job === sequence;
}
