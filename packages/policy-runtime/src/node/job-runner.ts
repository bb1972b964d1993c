import { errorText, type Logger } from "@kubewarden-ts/base";
import { createGuest, type Guest } from "../core/guest.ts";
import type { GuestEnvironment, GuestHost, GuestLimits, GuestResult } from "../core/host.ts";
import type { Activity } from "./activity.ts";
import { createGuestStore, type GuestStore } from "./guest-store.ts";
import type { Begun, GuestHandler, PolicyHandler } from "./handler.ts";
import type { FromWorker, JobMessage, PolicyDefinition, ToWorker } from "./messages.ts";
import { createRemoteCalls, type RemoteCalls } from "./remote-calls.ts";

export interface JobRunnerOptions<Context, Answer> {
  readonly handler: GuestHandler<Context, Answer>;
  readonly post: (message: FromWorker<Answer>) => void;
  readonly log: Logger;
  readonly activity: Activity;
  readonly environment: GuestEnvironment;
  readonly limits: GuestLimits;
}

interface OpenPolicy<Answer> {
  readonly handler: PolicyHandler<Answer>;
  readonly guests: GuestStore;
}

/** A job whose guest was begun. */
interface RunningJob<Answer> {
  readonly id: number;
  readonly policyKey: number;
  readonly policy: OpenPolicy<Answer>;
  readonly guest: Guest;
  readonly conclude: (result: GuestResult) => Answer;
  /** It left the CPU at least once. */
  suspended: boolean;
  logLines: number;
}

/** Answers are sent together, but an early one does not wait for a long batch. */
const maxBatchedAnswers = 4;

/** Runs jobs in this thread, one after the other; while guests wait for their host, the next ones run. */
export class JobRunner<Context, Answer> {
  readonly #options: JobRunnerOptions<Context, Answer>;
  readonly #remote: RemoteCalls;
  readonly #policies = new Map<number, OpenPolicy<Answer>>();
  readonly #queue: JobMessage[] = [];
  /** Jobs whose guest has not ended, by id. */
  readonly #running = new Map<number, RunningJob<Answer>>();
  readonly #unrestored = new Set<GuestStore>();
  /** Whose code wrote log lines last. */
  #logging: RunningJob<Answer> | undefined;
  #answers: { id: number; answer: Answer }[] = [];
  /** A guest is between its last instruction and the promise that tells of it. */
  #isEnding = false;

  constructor(options: JobRunnerOptions<Context, Answer>) {
    this.#options = options;
    this.#remote = createRemoteCalls((call, job, path, input) =>
      options.post({ kind: "host-call", call, job, path, input }),
    );
  }

  addPolicy({ key, prepared, context, hostCallsMayWait }: PolicyDefinition<Context>): void {
    const { handler, environment, limits, log } = this.#options;
    this.#policies.set(key, {
      handler: handler.open(context, { serve: this.#remote.serve, log }),
      guests: createGuestStore(() => {
        if (prepared === undefined) throw new Error("the policy has no module");
        return createGuest(prepared, { environment, limits, hostCallsMayWait });
      }),
    });
  }

  forgetPolicy(key: number): void {
    this.#policies.delete(key);
  }

  run(jobs: readonly JobMessage[]): void {
    this.#queue.push(...jobs);
    this.#work();
  }

  /** Ends a job that nobody waits for: what its guest waits for fails in a way it cannot handle. */
  abandon(id: number): void {
    const queued = this.#queue.findIndex((job) => job.id === id);
    if (queued >= 0) {
      this.#queue.splice(queued, 1);
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

  #work(): void {
    while (!this.#isEnding) {
      const job = this.#queue.shift();
      if (job === undefined) break;
      if (!this.#options.activity.isRevoked(job.id)) this.#start(job);
    }
    if (this.#isEnding) return;
    this.#flush();
    for (const guests of this.#unrestored) guests.restoreUsed();
    this.#unrestored.clear();
  }

  #start(job: JobMessage): void {
    const policy = this.#policies.get(job.policyKey);
    if (policy === undefined) return this.#fail(job.id, new Error("the policy is not loaded"));
    this.#options.activity.begin(job.id);
    this.#options.activity.enter(job.id);
    try {
      const begun = policy.handler.begin(job.action, job.body);
      if (begun.kind === "answer") this.#answer(job.id, begun.answer);
      else this.#ask(job, policy, begun);
    } catch (error) {
      this.#fail(job.id, error);
    } finally {
      this.#options.activity.leave(job.id);
    }
  }

  #ask(job: JobMessage, policy: OpenPolicy<Answer>, begun: Extract<Begun<Answer>, { kind: "ask" }>): void {
    const running: RunningJob<Answer> = {
      id: job.id,
      policyKey: job.policyKey,
      policy,
      guest: policy.guests.take(),
      conclude: begun.conclude,
      suspended: false,
      logLines: 0,
    };
    const result = running.guest.call(begun.operation, begun.pieces, this.#hostOf(running));
    if (!(result instanceof Promise)) return this.#end(running, result);
    this.#running.set(job.id, running);
    const isEnding = !running.suspended;
    this.#isEnding = isEnding;
    void result.then((ended) => {
      if (isEnding) this.#isEnding = false;
      this.#running.delete(job.id);
      this.#end(running, ended);
      this.#work();
    });
  }

  #hostOf(running: RunningJob<Answer>): GuestHost {
    const { activity, post } = this.#options;
    const { id, policy } = running;
    return {
      call: (call) => {
        this.#logging = running;
        return this.#remote.during(id, () => policy.handler.hostCall(call));
      },
      print: (text) => {
        this.#logging = running;
        policy.handler.print(text);
      },
      suspended(reason) {
        running.suspended = true;
        activity.leave(id);
        if (reason === "sleep") post({ kind: "asleep", id });
      },
      resumed(reason) {
        activity.enter(id);
        if (reason === "sleep") post({ kind: "awake", id });
      },
    };
  }

  #end(running: RunningJob<Answer>, result: GuestResult): void {
    const { id, policyKey, policy, guest, conclude } = running;
    this.#options.activity.leave(id);
    this.#logging = running;
    try {
      if (result.printed !== "") policy.handler.print(result.printed);
      this.#answer(id, conclude(result));
    } catch (error) {
      this.#fail(id, error);
    }
    if (this.#policies.get(policyKey) !== policy) return;
    policy.guests.giveBack(guest);
    this.#unrestored.add(policy.guests);
  }

  #answer(id: number, answer: Answer): void {
    this.#answers.push({ id, answer });
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
