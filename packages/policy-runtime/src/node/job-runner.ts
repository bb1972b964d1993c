import { errorText, type Logger } from "@kubewarden-ts/base";
import type { GuestEnvironment, GuestLimits, GuestResult, HostCall } from "../core/host.ts";
import type { Activity } from "./activity.ts";
import type { GuestStore } from "./guest-store.ts";
import type { Begun, GuestHandler } from "./handler.ts";
import type { FromWorker, JobAnswer, JobMessage, PolicyDefinition, ToWorker } from "./messages.ts";
import { type OpenPolicy, openPolicy, takeGuest } from "./open-policy.ts";
import { createRemoteCalls, type RemoteCalls } from "./remote-calls.ts";
import { type Clocked, enterCpu, leaveCpu, type RunningJob, runningHost, usageOf } from "./running-job.ts";
import { TurnQueue } from "./turn-queue.ts";

export interface JobRunnerOptions<Context, Answer> {
  readonly handler: GuestHandler<Context, Answer>;
  readonly post: (message: FromWorker<Answer>) => void;
  readonly log: Logger;
  readonly activity: Activity;
  readonly environment: GuestEnvironment;
  readonly limits: GuestLimits;
}

/** Answers are sent together, but an early one does not wait for a long batch. */
const maxBatchedAnswers = 4;

/** Runs jobs in this thread, one after the other; while guests wait for their host, the next ones run. */
export class JobRunner<Context, Answer> {
  readonly #options: JobRunnerOptions<Context, Answer>;
  readonly #remote: RemoteCalls;
  readonly #policies = new Map<number, OpenPolicy<Answer>>();
  readonly #queue = new TurnQueue<JobMessage>();
  /** Jobs in the queue of which the main thread knows that they are held back. */
  readonly #held = new Set<number>();
  /** Jobs whose guest has not ended, by id. */
  readonly #running = new Map<number, RunningJob<Answer>>();
  readonly #unrestored = new Set<GuestStore>();
  /** Whose code wrote log lines last. */
  #logging: RunningJob<Answer> | undefined;
  #answers: JobAnswer<Answer>[] = [];
  /** A guest is between its last instruction and the promise that tells of it. */
  #isEnding = false;
  #waitingBytes = 0;
  readonly #clocked: Clocked<Answer>;

  constructor(options: JobRunnerOptions<Context, Answer>) {
    this.#options = options;
    this.#clocked = {
      activity: options.activity,
      monotonic: options.environment.monotonic,
      onCpu: new Set(),
    };
    this.#remote = createRemoteCalls((call, job, path, input) =>
      options.post({ kind: "host-call", call, job, path, input }),
    );
  }

  addPolicy(definition: PolicyDefinition<Context>): void {
    const { handler, environment, limits, log } = this.#options;
    const opened = handler.open(definition.context, { serve: this.#remote.serve, log });
    const others = this.#policies.values();
    this.#policies.set(definition.key, openPolicy(definition, opened, { environment, limits, others }));
  }

  forgetPolicy(key: number): void {
    this.#policies.delete(key);
  }

  run(jobs: readonly JobMessage[]): void {
    for (const job of jobs) this.#queue.push(job);
    this.#work();
  }

  /** Ends a job that nobody waits for: what its guest waits for fails in a way it cannot handle. */
  abandon(id: number): void {
    if (this.#queue.remove((job) => job.id === id)) {
      this.#held.delete(id);
      return this.#fail(id, new Error("abandoned"));
    }
    this.#running.get(id)?.guest.abandon();
    this.#remote.end(id, new Error("nobody waits for the answer any more"));
  }

  settleHostCall(answer: Extract<ToWorker<Context>, { kind: "host-answer" }>): void {
    this.#remote.settle(answer);
  }

  /**
   * Whether one more log line is wanted of the guest that is running: none may drown the log or the main thread, which
   * writes it.
   */
  admitLogLine(): "write" | "last" | "drop" {
    const { maxLogLines } = this.#options.limits;
    const lines = this.#logging === undefined ? 0 : ++this.#logging.logLines;
    if (lines === maxLogLines) return "last";
    return lines < maxLogLines ? "write" : "drop";
  }

  /** The job whose code writes what is written now; 0 for none. */
  loggingJob(): number {
    return this.#logging?.id ?? 0;
  }

  #work(): void {
    while (!this.#isEnding) {
      const job = this.#nextJob();
      if (job === undefined) break;
      if (!this.#options.activity.isRevoked(job.id)) this.#start(job);
    }
    if (this.#isEnding) return;
    if (this.#queue.size > 0) this.#hold();
    this.#flush();
    for (const guests of this.#unrestored) guests.restoreUsed();
    this.#unrestored.clear();
  }

  /** While guests that wait hold too much memory, the policies that hold more than their share get no further ones. */
  #nextJob(): JobMessage | undefined {
    const { maxWaitingBytes } = this.#options.limits;
    if (this.#waitingBytes <= maxWaitingBytes) return this.#queue.take();
    const holding = new Map<number, number>();
    for (const { policyKey, waitingBytes } of this.#running.values()) {
      if (waitingBytes > 0) holding.set(policyKey, (holding.get(policyKey) ?? 0) + waitingBytes);
    }
    const share = maxWaitingBytes / holding.size;
    return this.#queue.take((policyKey) => (holding.get(policyKey) ?? 0) <= share);
  }

  /** Tells that what is left in the queue does not take this worker's time. */
  #hold(): void {
    for (const { id } of this.#queue) {
      if (this.#held.has(id)) continue;
      this.#held.add(id);
      this.#options.post({ kind: "held", id });
    }
  }

  #start(job: JobMessage): void {
    const policy = this.#policies.get(job.policyKey);
    if (policy === undefined) return this.#fail(job.id, new Error("the policy is not loaded"));
    if (policy.loading !== undefined) return this.#startLater(job, policy.loading);
    if (this.#held.delete(job.id)) this.#options.post({ kind: "awake", id: job.id });
    this.#proceed(job, policy, () =>
      this.#remote.during(job.id, () => policy.handler.begin(job.action, job.body)),
    );
  }

  #startLater(job: JobMessage, loading: Promise<void>): void {
    loading.then(
      () => this.run([job]),
      (error: unknown) => this.#fail(job.id, error),
    );
  }

  #proceed(job: JobMessage, policy: OpenPolicy<Answer>, begin: () => Begun<Answer>): void {
    const { activity } = this.#options;
    activity.enter(job.id);
    try {
      const begun = begin();
      if (begun.kind === "answer") this.#answer({ id: job.id, answer: begun.answer });
      else if (begun.kind === "ask") this.#ask(job, policy, begun);
      else this.#wait(job, policy, begun.until);
    } catch (error) {
      this.#fail(job.id, error);
    } finally {
      // A guest that only lets others in between is still on the CPU.
      if (!this.#isEnding) activity.leave(job.id);
    }
  }

  /** The main thread was asked for something: it knows that the job left the CPU. */
  #wait(job: JobMessage, policy: OpenPolicy<Answer>, until: Promise<Begun<Answer>>): void {
    until.then(
      (begun) => {
        this.#proceed(job, policy, () => begun);
        this.#work();
      },
      (error: unknown) => this.#fail(job.id, error),
    );
  }

  #ask(
    { id, policyKey }: JobMessage,
    policy: OpenPolicy<Answer>,
    { call, conclude, hostCall = policy.handler.hostCall }: Extract<Begun<Answer>, { kind: "ask" }>,
  ): void {
    const running: RunningJob<Answer> = {
      ...{ id, policyKey, handler: policy.handler, guest: takeGuest(policy), hostCall, conclude },
      ...{ suspended: false, waitingBytes: 0, logLines: 0, cpuMs: 0, askedMs: 0, enteredMs: 0, leftMs: 0 },
    };
    enterCpu(running, this.#clocked);
    running.askedMs = running.enteredMs;
    const result = running.guest.call(call, this.#hostOf(running));
    if (!(result instanceof Promise)) return this.#end(running, policy, result);
    this.#running.set(id, running);
    const isEnding = !running.suspended;
    this.#isEnding = isEnding;
    void result.then((ended) => {
      if (isEnding) this.#isEnding = false;
      this.#running.delete(id);
      this.#end(running, policy, ended);
      this.#work();
    });
  }

  #hostOf(running: RunningJob<Answer>) {
    const { post } = this.#options;
    const logs = (job: RunningJob<Answer>): void => {
      this.#logging = job;
    };
    return runningHost(running, {
      ...this.#clocked,
      call: (job, call: HostCall) => {
        logs(job);
        return this.#remote.during(job.id, () => job.hostCall(call));
      },
      onText: logs,
      onSuspended: ({ id, waitingBytes }, reason) => {
        this.#waitingBytes += waitingBytes;
        if (reason === "sleep") post({ kind: "asleep", id });
      },
      onResumed: ({ id, waitingBytes }, reason) => {
        this.#waitingBytes -= waitingBytes;
        if (reason === "sleep") post({ kind: "awake", id });
      },
    });
  }

  #end(running: RunningJob<Answer>, policy: OpenPolicy<Answer>, result: GuestResult): void {
    const { id, policyKey, guest, conclude, handler } = running;
    this.#logging = running;
    try {
      if (result.printed !== "") handler.print(result.printed);
      // What a guest wrote may take long to be read: that is its own time.
      const answer = conclude(result);
      leaveCpu(running, this.#clocked);
      this.#answer({ id, answer, usage: usageOf(running, result.usage) });
    } catch (error) {
      leaveCpu(running, this.#clocked);
      this.#fail(id, error);
    }
    if (this.#policies.get(policyKey) !== policy) return;
    policy.guests.giveBack(guest);
    this.#unrestored.add(policy.guests);
  }

  #answer(answer: JobAnswer<Answer>): void {
    this.#answers.push(answer);
    if (this.#answers.length >= maxBatchedAnswers) this.#flush();
  }

  #flush(): void {
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    this.#options.post({ kind: "answers", answers });
  }

  #fail(id: number, error: unknown): void {
    this.#options.post({ kind: "failed", id, message: errorText(error) });
  }
}
