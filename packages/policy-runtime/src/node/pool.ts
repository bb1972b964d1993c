import { errorText, type Logger, type LogLevel, logLevels } from "@kubewarden-ts/base";
import { defaultLimits, type GuestLimits } from "../core/host.ts";
import type { PreparedModule } from "../core/prepared-module.ts";
import { RuntimeError } from "../errors.ts";
import { elapsedMs } from "./activity.ts";
import { type Confinement, Confinements } from "./confinements.ts";
import type { ServeCapability } from "./handler.ts";
import { createJob, type Job, type RunResult, settleJob, takeWanted } from "./job.ts";
import type { FromWorker, PolicyDefinition } from "./messages.ts";
import { type Preparation, type PrepareRequest, startPreparation } from "./preparation.ts";
import { abandonJob, removeJob, setSuspended, startWorkerSlot, type WorkerSlot } from "./worker-slot.ts";
import { Workers } from "./workers.ts";

export interface GuestPoolOptions {
  /** The module a worker runs: it calls `serveGuests` with its handler. */
  readonly workerUrl: URL;
  /** Evaluations that may be on the CPU at the same time. */
  readonly workers: number;
  readonly limits?: GuestLimits;
  /** A guest on the CPU for longer, while others wait for its worker, keeps that worker for itself. */
  readonly quarantineAfterMs?: number;
  /** Keep one worker ready to take over; on by default. */
  readonly warmSpare?: boolean;
  /** Let the worker that prepared a module serve as well: for programs that evaluate once and end. */
  readonly reusePreparingWorkers?: boolean;
  readonly serve: ServeCapability;
  readonly log: Logger;
}

/** What the pool knows of a policy. */
interface PolicyRecord<Context> {
  readonly definition: PolicyDefinition<Context>;
  jobs: number;
  removed: boolean;
}

const watchIntervalMs = 25;
const defaultQuarantineAfterMs = 250;
/** Jobs a worker is sent before it answered: enough to keep it busy, few enough to be moved or dropped. */
const maxJobsPerWorker = 32;
const maxAttempts = 3;
/** Longer delays than a timer can hold would fire at once. */
const maxTimerMs = 0x7fff_ffff;

/**
 * Runs policies in worker threads (data-plane 1): the worker with the fewest jobs gets the next one; suspended
 * guests do not hold a worker; a guest that hogs the CPU keeps its worker for itself while everything else moves
 * on; what passes its deadline is answered, and ended with its worker if it still spins.
 */
export class GuestPool<Context, Answer> implements AsyncDisposable {
  readonly #options: GuestPoolOptions;
  readonly #quarantineAfterMs: number;
  readonly #policies = new Map<number, PolicyRecord<Context>>();
  readonly #workers: Workers<Answer>;
  readonly #confinements: Confinements<Answer>;
  /** Workers that only end what they run. */
  readonly #retiring = new Set<WorkerSlot<Answer>>();
  readonly #preparing = new Map<WorkerSlot<Answer>, Preparation>();
  readonly #waiting: Job<Answer>[] = [];
  #watch: NodeJS.Timeout | undefined;
  #lastKey = 0;
  #closed = false;

  constructor(options: GuestPoolOptions) {
    this.#options = options;
    this.#quarantineAfterMs = options.quarantineAfterMs ?? defaultQuarantineAfterMs;
    this.#workers = new Workers(() => this.#startSlot(), { warmSpare: options.warmSpare ?? true });
    this.#confinements = new Confinements(() => this.#workers.take());
  }

  /** Starts the workers; resolves when all of them run. */
  start(): Promise<void> {
    return this.#workers.start(this.#options.workers);
  }

  /**
   * Prepares a module in a worker of its own.
   * @throws {RuntimeError} `RUNTIME_MODULE_REFUSED`, `RUNTIME_INITIALIZATION_FAILED`, `RUNTIME_CLOSED`
   */
  async prepare(request: PrepareRequest): Promise<PreparedModule> {
    if (this.#closed) throw new RuntimeError("the policy runtime is closed", { code: "RUNTIME_CLOSED" });
    const slot = this.#startSlot();
    const preparation = startPreparation(slot, request);
    this.#preparing.set(slot, preparation);
    let reuse = false;
    try {
      const prepared = await preparation.done;
      reuse =
        this.#options.reusePreparingWorkers === true && this.#workers.serving.length < this.#options.workers;
      return prepared;
    } finally {
      this.#preparing.delete(slot);
      if (reuse) this.#workers.serving.push(slot);
      else void slot.terminate();
    }
  }

  /** Makes a policy known to all workers; returns the key to run it with. */
  addPolicy(policy: Omit<PolicyDefinition<Context>, "key">): number {
    const key = ++this.#lastKey;
    const definition = { ...policy, key };
    this.#policies.set(key, { definition, jobs: 0, removed: false });
    for (const slot of this.#allSlots()) slot.post({ kind: "policy", policy: definition });
    return key;
  }

  /** Forgets a policy once its last job has ended. */
  removePolicy(key: number): void {
    const policy = this.#policies.get(key);
    if (policy === undefined) return;
    policy.removed = true;
    this.#forgetUnused(policy);
  }

  /** Runs one evaluation. Never rejects: every way it can end is a {@link RunResult}. */
  run(
    key: number,
    action: string,
    body: Uint8Array,
    { timeoutMs }: { timeoutMs?: number | undefined } = {},
  ): Promise<RunResult<Answer>> {
    const policy = this.#policies.get(key);
    if (policy === undefined || policy.removed || this.#closed) {
      return Promise.resolve({ kind: "failed", message: "the policy is not loaded" });
    }
    const { promise, resolve } = Promise.withResolvers<RunResult<Answer>>();
    const job = createJob<Answer>(key, action, body, (result) => {
      policy.jobs--;
      this.#forgetUnused(policy);
      resolve(result);
    });
    policy.jobs++;
    if (timeoutMs !== undefined) {
      job.timer = setTimeout(() => this.#expire(job), Math.min(timeoutMs, maxTimerMs));
    }
    this.#watch ??= setInterval(() => this.#checkWorkers(), watchIntervalMs);
    this.#enqueue(job);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#workers.close();
    clearInterval(this.#watch);
    const reason = "the policy runtime is shutting down";
    const slots = [...this.#allSlots(), ...this.#preparing.keys()];
    const jobs = [
      ...slots.flatMap((slot) => [...slot.jobs.values()]),
      ...this.#waiting,
      ...this.#confinements.queued(),
    ];
    for (const job of jobs) settleJob(job, { kind: "failed", message: reason });
    for (const preparation of this.#preparing.values()) preparation.fail(reason);
    await Promise.all(slots.map((slot) => slot.terminate()));
  }

  *#allSlots(): Generator<WorkerSlot<Answer>> {
    yield* this.#workers.all();
    yield* this.#confinements.slots();
    yield* this.#retiring;
  }

  #startSlot(): WorkerSlot<Answer> {
    const slot = startWorkerSlot<Answer>({
      url: this.#options.workerUrl,
      limits: this.#options.limits ?? defaultLimits,
      logLevel: leastLevel(this.#options.log),
      onMessage: (from, message) => this.#receive(from, message),
      onDeath: (dead, reason) => this.#bury(dead, reason),
    });
    for (const { definition } of this.#policies.values()) slot.post({ kind: "policy", policy: definition });
    return slot;
  }

  #enqueue(job: Job<Answer>): void {
    const confinement = this.#confinements.of(job.policyKey);
    if (confinement === undefined) return this.#dispatch(job);
    confinement.queue.push(job);
    this.#confinements.runNext(confinement);
  }

  #dispatch(job: Job<Answer>): void {
    const slot = this.#workers.leastBusy(maxJobsPerWorker);
    if (slot === undefined) this.#waiting.push(job);
    else slot.submit(job);
  }

  #drain(): void {
    while (this.#waiting.length > 0 && this.#workers.leastBusy(maxJobsPerWorker) !== undefined) {
      const job = takeWanted(this.#waiting);
      if (job !== undefined) this.#enqueue(job);
    }
  }

  #receive(slot: WorkerSlot<Answer>, message: FromWorker<Answer>): void {
    switch (message.kind) {
      case "answers":
        for (const { id, answer } of message.answers) this.#end(slot, id, { kind: "answer", answer });
        return;
      case "failed":
        return this.#end(slot, message.id, { kind: "failed", message: message.message });
      case "host-call":
        return this.#serveHostCall(slot, message);
      case "asleep":
        return this.#fallAsleep(slot, message.id);
      case "awake":
        return setSuspended(slot, message.id, false);
      case "log":
        return logLine(this.#options.log, message);
      case "starting":
      case "prepared":
      case "not-prepared":
        return this.#preparing.get(slot)?.receive(message);
      case "ready":
        return;
    }
  }

  #end(slot: WorkerSlot<Answer>, id: number, result: RunResult<Answer>): void {
    const job = removeJob(slot, id);
    if (job === undefined) return;
    const inTime = !job.settled && !job.hogged;
    settleJob(job, result);
    this.#freed(slot, job, inTime);
  }

  /** A worker has room again. */
  #freed(slot: WorkerSlot<Answer>, job: Job<Answer>, inTime: boolean): void {
    if (this.#retiring.has(slot)) {
      if (slot.jobs.size > 0) return;
      this.#retiring.delete(slot);
      return void slot.terminate();
    }
    const confinement = this.#confinements.at(slot);
    if (confinement === undefined) return this.#drain();
    confinement.running = undefined;
    if (inTime) for (const freed of this.#confinements.release(job.policyKey)) this.#dispatch(freed);
    this.#confinements.runNext(confinement);
  }

  #fallAsleep(slot: WorkerSlot<Answer>, id: number): void {
    const job = slot.jobs.get(id);
    if (job === undefined) return;
    setSuspended(slot, id, true);
    if (job.settled) abandonJob(slot, job);
    else this.#drain();
  }

  #serveHostCall(
    slot: WorkerSlot<Answer>,
    { call, job: id, path, input }: Extract<FromWorker<Answer>, { kind: "host-call" }>,
  ): void {
    const job = slot.jobs.get(id);
    if (job === undefined) return;
    setSuspended(slot, id, true);
    if (job.settled) return abandonJob(slot, job);
    job.abort ??= new AbortController();
    const answer = (message: { ok: true; value: unknown } | { ok: false; message: string }): void => {
      if (slot.jobs.get(id) !== job) return;
      setSuspended(slot, id, false);
      slot.post({ kind: "host-answer", call, ...message });
    };
    this.#options.serve(path, input, job.abort.signal).then(
      (value) => answer({ ok: true, value }),
      (error: unknown) => answer({ ok: false, message: errorText(error) }),
    );
    this.#drain();
  }

  #expire(job: Job<Answer>): void {
    settleJob(job, { kind: "timed-out" });
    const { slot } = job;
    if (slot?.jobs.get(job.sequence) !== job) return;
    if (job.suspended) return abandonJob(slot, job);
    // What has only just begun may end by itself: the watch ends it when it does not.
    const { job: running, sinceMs } = slot.activity.running();
    if (running === job.sequence && this.#isHog(sinceMs)) this.#kill(slot, job);
  }

  #isHog(sinceMs: number): boolean {
    return elapsedMs(sinceMs, Date.now()) > this.#quarantineAfterMs;
  }

  /** Looks for guests that keep a CPU. */
  #checkWorkers(): void {
    let busy = this.#waiting.length > 0;
    for (const slot of [...this.#allSlots()]) {
      busy ||= slot.jobs.size > 0;
      const { job: id, sinceMs } = slot.activity.running();
      const job = id === 0 ? undefined : slot.jobs.get(id);
      if (job === undefined || !this.#isHog(sinceMs)) continue;
      job.hogged = true;
      if (job.settled) this.#kill(slot, job);
      else if (slot.jobs.size > 1 && this.#workers.serving.includes(slot)) this.#quarantine(slot, job);
    }
    if (busy) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** Leaves the worker to the job that hogs it; everything else on it begins again elsewhere. */
  #quarantine(slot: WorkerSlot<Answer>, job: Job<Answer>): void {
    this.#logHog("policy hogs the CPU: it keeps its worker for itself", job);
    slot.lowerPriority();
    slot.revokeAll();
    this.#workers.replace(slot);
    const confinement = this.#confinements.confine(job.policyKey);
    if (confinement.slot === undefined && confinement.running === undefined) {
      confinement.slot = slot;
      confinement.running = job;
    } else this.#retiring.add(slot);
    this.#moveJobs(slot, job);
  }

  /** Ends the worker of a job that is past its deadline and still on the CPU. */
  #kill(slot: WorkerSlot<Answer>, job: Job<Answer>): void {
    this.#logHog("policy does not end: its worker is ended", job);
    const confinement = this.#confinements.at(slot) ?? this.#confinements.confine(job.policyKey);
    void slot.terminate();
    this.#lose(slot, job);
    this.#confinements.runNext(confinement);
    this.#drain();
  }

  /** Gives up a worker; `culprit` does not begin again. */
  #lose(slot: WorkerSlot<Answer>, culprit: Job<Answer> | undefined): void {
    this.#retiring.delete(slot);
    this.#workers.replace(slot);
    const confinement = this.#confinements.at(slot);
    if (confinement !== undefined) [confinement.slot, confinement.running] = [undefined, undefined];
    this.#moveJobs(slot, culprit);
    slot.jobs.clear();
  }

  #logHog(message: string, { policyKey, action }: Job<Answer>): void {
    const policy = this.#policies.get(policyKey)?.definition.name;
    this.#options.log.warn(message, { policy_id: policy, action });
  }

  /** Evaluations only read, so one that was interrupted can begin again. */
  #moveJobs(slot: WorkerSlot<Answer>, kept: Job<Answer> | undefined): void {
    for (const [id, job] of [...slot.jobs]) {
      if (job === kept) continue;
      if (job.suspended) slot.post({ kind: "abandon", id });
      removeJob(slot, id);
      if (job.settled) continue;
      job.abort?.abort();
      job.abort = undefined;
      if (job.attempts < maxAttempts) this.#enqueue(job);
      else settleJob(job, { kind: "failed", message: "the workers that ran it were ended three times" });
    }
  }

  /** A worker died of itself: whoever was on its CPU is blamed. */
  #bury(slot: WorkerSlot<Answer>, reason: string): void {
    const preparation = this.#preparing.get(slot);
    if (preparation !== undefined) return preparation.fail(reason);
    this.#options.log.error("worker thread ended", { reason });
    const culprit = slot.jobs.get(slot.activity.running().job);
    if (culprit !== undefined) settleJob(culprit, { kind: "failed", message: reason });
    const confinement: Confinement<Answer> | undefined = this.#confinements.at(slot);
    this.#lose(slot, culprit);
    if (confinement !== undefined) this.#confinements.runNext(confinement);
    this.#drain();
  }

  #forgetUnused({ definition: { key }, removed, jobs }: PolicyRecord<Context>): void {
    if (!removed || jobs > 0) return;
    this.#policies.delete(key);
    for (const slot of this.#allSlots()) slot.post({ kind: "forget-policy", key });
    this.#confinements.release(key);
  }
}

function leastLevel(log: Logger): LogLevel {
  return logLevels.find((level) => log.enabled(level)) ?? "error";
}

function logLine(log: Logger, line: Extract<FromWorker<never>, { kind: "log" }>): void {
  let scoped = log.child({ target: line.target });
  for (const span of line.spans) scoped = scoped.child({ span });
  scoped.log(line.level, line.message, line.fields);
}
