import type { Guest } from "../core/guest.ts";
import type { GuestHost, GuestResult, GuestUsage } from "../core/host.ts";
import type { Activity } from "./activity.ts";
import type { PolicyHandler } from "./handler.ts";
import type { RunUsage } from "./job.ts";

/** A job whose guest was begun. */
export interface RunningJob<Answer> {
  readonly id: number;
  readonly policyKey: number;
  readonly handler: PolicyHandler<Answer>;
  readonly guest: Guest;
  readonly hostCall: PolicyHandler<Answer>["hostCall"];
  readonly conclude: (result: GuestResult) => Answer;
  /** It left the CPU at least once. */
  suspended: boolean;
  /** Bytes of memory it holds while it waits, else 0. */
  waitingBytes: number;
  logLines: number;
  cpuMs: number;
  /** When it was begun, when it came onto the CPU last, and when it left it. */
  askedMs: number;
  enteredMs: number;
  leftMs: number;
}

export interface RunningHostOptions<Answer> {
  readonly activity: Activity;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  /** Guests that were entered and have not left the CPU; an import that answers at once lets others in between all the same. */
  readonly onCpu: Set<RunningJob<Answer>>;
  /** Calls the host for the job. */
  readonly call: (
    job: RunningJob<Answer>,
    call: Parameters<GuestHost["call"]>[0],
  ) => ReturnType<GuestHost["call"]>;
  /** What the job's code writes from now on is its own. */
  readonly onText: (job: RunningJob<Answer>) => void;
  readonly onSuspended: (job: RunningJob<Answer>, reason: "call" | "sleep") => void;
  readonly onResumed: (job: RunningJob<Answer>, reason: "call" | "sleep") => void;
}

/** The host of one job's guest: keeps account of where its time goes. */
export function runningHost<Answer>(job: RunningJob<Answer>, options: RunningHostOptions<Answer>): GuestHost {
  const { call, onText, onSuspended, onResumed } = options;
  return {
    call: (made) => call(job, made),
    print(text) {
      onText(job);
      job.handler.print(text);
    },
    note(text) {
      onText(job);
      job.handler.note?.(text);
    },
    suspended(reason) {
      job.suspended = true;
      job.waitingBytes = job.guest.memoryBytes();
      leaveCpu(job, options);
      onSuspended(job, reason);
    },
    resumed(reason) {
      enterCpu(job, options);
      onResumed(job, reason);
      job.waitingBytes = 0;
    },
  };
}

export type Clocked<Answer> = Pick<RunningHostOptions<Answer>, "activity" | "monotonic" | "onCpu">;

export function enterCpu<Answer>(
  job: RunningJob<Answer>,
  { activity, monotonic, onCpu }: Clocked<Answer>,
): void {
  job.enteredMs = monotonic();
  onCpu.add(job);
  activity.enter(job.id);
}

export function leaveCpu<Answer>(
  job: RunningJob<Answer>,
  { activity, monotonic, onCpu }: Clocked<Answer>,
): void {
  activity.leave(job.id);
  onCpu.delete(job);
  job.leftMs = monotonic();
  job.cpuMs += job.leftMs - job.enteredMs;
  for (const other of onCpu) return activity.enter(other.id);
}

export function usageOf({ cpuMs, askedMs, leftMs }: RunningJob<unknown>, usage: GuestUsage): RunUsage {
  return { ...usage, cpuMs, elapsedMs: leftMs - askedMs };
}
