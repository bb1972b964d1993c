import { setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import type { LogLevel } from "@kubewarden-ts/base";
import type { GuestLimits } from "../core/host.ts";
import { type Activity, activityBytes, createActivity } from "./activity.ts";
import type { Job } from "./job.ts";
import type { FromWorker, JobMessage, ToWorker } from "./messages.ts";

/** A nice value: beside busy threads a hog gets about a tenth of a CPU, enough to end if it does end. */
const hogPriority = 10;

/** A worker thread as the main thread sees it. */
export interface WorkerSlot<Answer> {
  readonly activity: Activity;
  /** Jobs sent to it and not answered, by their id there. */
  readonly jobs: Map<number, Job<Answer>>;
  /** How many of them are suspended. */
  suspendedJobs: number;
  /** How long those that are not are expected to take together, in milliseconds. */
  pendingMs: number;
  /** Resolves when it runs; rejects when it ended before. */
  readonly ready: Promise<void>;
  /**
   * Queues a job; what was queued leaves together at the end of this turn of the event loop.
   * @param expectedMs - how long it will take
   */
  submit(job: Job<Answer>, expectedMs: number): void;
  post(message: ToWorker<unknown>): void;
  /** Lets other threads of the machine go first. */
  lowerPriority(): void;
  /** Keeps it from beginning any job that was sent so far. */
  revokeAll(): void;
  terminate(): Promise<void>;
}

export interface WorkerSlotOptions<Answer> {
  readonly url: URL;
  readonly limits: GuestLimits;
  readonly logLevel: LogLevel;
  readonly onMessage: (slot: WorkerSlot<Answer>, message: FromWorker<Answer>) => void;
  /** It ended without having been told to. */
  readonly onDeath: (slot: WorkerSlot<Answer>, reason: string) => void;
}

/**
 * What JavaScript's heap may take in a worker, in MiB; memories of guests are not in it. A worker that takes more is ended,
 * but where one call of the engine takes it all, the process is: reading the largest text that a guest may write has to fit.
 */
function heapMebibytes({ maxOutputBytes }: GuestLimits): number {
  return 512 + Math.ceil((maxOutputBytes * 32) / 2 ** 20);
}

export function startWorkerSlot<Answer>(options: WorkerSlotOptions<Answer>): WorkerSlot<Answer> {
  const shared = new SharedArrayBuffer(activityBytes);
  const worker = new Worker(options.url, {
    workerData: { activity: shared, limits: options.limits, logLevel: options.logLevel },
    resourceLimits: {
      // Small: garbage of a worker is short-lived, and idle memory counts once per worker.
      maxYoungGenerationSizeMb: 8,
      maxOldGenerationSizeMb: heapMebibytes(options.limits),
      stackSizeMb: 4,
    },
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  ready.catch(() => {});
  let threadId: number | undefined;
  let wantsLowPriority = false;
  let ended = false;
  let sequence = 0;
  let outbox: Job<Answer>[] = [];

  const lower = (): void => {
    wantsLowPriority = true;
    try {
      if (threadId !== undefined) setPriority(threadId, hogPriority);
    } catch {
      // Where threads have no priority of their own, the hog keeps its share of the CPU and nothing else changes.
    }
  };
  const flush = (): void => {
    const jobs = outbox;
    outbox = [];
    if (jobs.length > 0 && !ended) postJobs(worker, jobs);
  };

  const slot: WorkerSlot<Answer> = {
    activity: createActivity(shared, Date.now),
    jobs: new Map(),
    suspendedJobs: 0,
    pendingMs: 0,
    ready,
    submit(job, expectedMs) {
      // 0 says that no job runs.
      sequence = (sequence + 1) | 0 || 1;
      job.sequence = sequence;
      job.slot = slot;
      job.suspended = false;
      job.expectedMs = expectedMs;
      job.begun = false;
      slot.jobs.set(sequence, job);
      slot.pendingMs += expectedMs;
      if (outbox.push(job) === 1) setImmediate(flush);
    },
    post: (message) => worker.postMessage(message),
    lowerPriority: lower,
    revokeAll() {
      outbox = [];
      slot.activity.revokeUpTo(sequence);
    },
    async terminate() {
      ended = true;
      reject(new Error("the worker was ended"));
      await worker.terminate();
    },
  };

  worker.on("message", (message: FromWorker<Answer>) => {
    if (ended) return;
    if (message.kind === "ready") {
      threadId = message.threadId;
      if (wantsLowPriority) lower();
      resolve();
    } else options.onMessage(slot, message);
  });
  const die = (reason: string): void => {
    if (ended) return;
    ended = true;
    reject(new Error(reason));
    options.onDeath(slot, reason);
  };
  worker.on("error", (error) => die(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => die(`the worker thread ended with code ${code}`));
  return slot;
}

/** Sends jobs in one message, their bodies in one buffer that changes hands. */
function postJobs<Answer>(worker: Worker, jobs: readonly Job<Answer>[]): void {
  const size = jobs.reduce((sum, { body }) => sum + body.length, 0);
  const buffer = new ArrayBuffer(size);
  let offset = 0;
  const messages = jobs.map(({ sequence, policyKey, action, body }): JobMessage => {
    const copy = new Uint8Array(buffer, offset, body.length);
    copy.set(body);
    offset += body.length;
    return { id: sequence, policyKey, action, body: copy };
  });
  worker.postMessage({ kind: "jobs", jobs: messages } satisfies ToWorker<unknown>, [buffer]);
}

/** Notes that the guest of a job left the CPU to wait, or came back. */
export function setSuspended<Answer>(slot: WorkerSlot<Answer>, id: number, suspended: boolean): void {
  const job = slot.jobs.get(id);
  if (job === undefined || job.suspended === suspended) return;
  job.suspended = suspended;
  slot.suspendedJobs += suspended ? 1 : -1;
  slot.pendingMs += suspended ? -job.expectedMs : job.expectedMs;
}

/** Takes a job off a worker. */
export function removeJob<Answer>(slot: WorkerSlot<Answer>, id: number): Job<Answer> | undefined {
  const job = slot.jobs.get(id);
  setSuspended(slot, id, false);
  if (slot.jobs.delete(id)) slot.pendingMs -= job?.expectedMs ?? 0;
  // Without jobs there is nothing to do, whatever rounding has left.
  if (slot.jobs.size === 0) slot.pendingMs = 0;
  return job;
}

/** Has a worker end a suspended job that nobody waits for; the job stays on the worker until it has ended. */
export function abandonJob<Answer>(slot: WorkerSlot<Answer>, job: Job<Answer>): void {
  setSuspended(slot, job.sequence, false);
  slot.post({ kind: "abandon", id: job.sequence });
}
