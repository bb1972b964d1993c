import type { Logger } from "@kubewarden-ts/base";
import { elapsedMs } from "./activity.ts";
import { Backlog } from "./backlog.ts";
import { Confinements } from "./confinements.ts";
import type { ServeCapability } from "./handler.ts";
import { answerHostCall } from "./host-calls.ts";
import { hasBegun, type Job, type RunResult, settleJob } from "./job.ts";
import type { FromWorker, JobMessageFromWorker } from "./messages.ts";
import { ServiceTimes } from "./service-times.ts";
import { maxTimerMs } from "./timer.ts";
import { abandonJob, removeJob, setSuspended, type WorkerSlot } from "./worker-slot.ts";
import type { Workers } from "./workers.ts";

export interface SchedulerOptions<Answer> {
  readonly workers: Workers<Answer>;
  /** A guest on the CPU for longer, while others wait for its worker, keeps that worker for itself. */
  readonly quarantineAfterMs: number;
  /** Bytes of all requests that have no answer yet. */
  readonly maxPendingBytes: number;
  readonly serve: ServeCapability;
  readonly log: Logger;
  readonly policyName: (policyKey: number) => string | undefined;
}

const watchIntervalMs = 25;
/** What a worker is sent before it answered: enough to keep it busy, little enough for nobody to wait behind it for long. */
const workerLoad = { maxJobs: 32, maxMs: 10 };
/** Workers that may die under a job before it is taken for the cause, when another one looks like it. */
const maxDeaths = 3;

/**
 * Decides which worker runs which job, and for how long: the worker with the fewest jobs gets the next one; a job
 * past its deadline is answered; one that keeps the CPU loses its place among the others.
 */
export class Scheduler<Answer> {
  readonly #options: SchedulerOptions<Answer>;
  readonly #confinements: Confinements<Answer>;
  /** Workers that only end what they run. */
  readonly #retiring = new Set<WorkerSlot<Answer>>();
  readonly #times = new ServiceTimes();
  readonly #backlog: Backlog<Answer>;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: SchedulerOptions<Answer>) {
    this.#options = options;
    this.#confinements = new Confinements(() => options.workers.take());
    const { maxPendingBytes: maxBytes } = options;
    this.#backlog = new Backlog({ times: this.#times, maxBytes, now: () => performance.now() });
  }

  /** Every worker that may have jobs. */
  *slots(): Generator<WorkerSlot<Answer>> {
    yield* this.#options.workers.all();
    yield* this.#confinements.slots();
    yield* this.#retiring;
  }

  add(job: Job<Answer>, timeoutMs: number | undefined): void {
    if (!this.#backlog.hold(job)) return settleJob(job, { kind: "shed" });
    job.release = () => this.#backlog.letGo(job);
    this.#startTimer(job, timeoutMs);
    this.#watch ??= setInterval(() => this.#checkWorkers(), watchIntervalMs);
    this.#enqueue(job);
  }

  /** A worker has more room than before, or there is another one. */
  drain(): void {
    while (!this.#backlog.isEmpty && this.#options.workers.leastBusy(workerLoad) !== undefined) {
      const job = this.#backlog.take();
      if (job === undefined) return;
      if (this.#backlog.isLate(job)) settleJob(job, { kind: "shed" });
      else this.#enqueue(job);
    }
  }

  receive(slot: WorkerSlot<Answer>, message: JobMessageFromWorker<Answer>): void {
    switch (message.kind) {
      case "answers":
        for (const { id, answer, usage } of message.answers)
          this.#end(slot, id, { kind: "answer", answer, usage });
        return;
      case "failed":
        return this.#end(slot, message.id, { kind: "failed", message: message.message });
      case "host-call":
        return this.#serveHostCall(slot, message);
      case "asleep":
        return this.#fallAsleep(slot, message.id, true);
      case "held":
        return this.#fallAsleep(slot, message.id, false);
      case "awake":
        return setSuspended(slot, message.id, false);
    }
  }

  /**
   * A worker died of itself. Whoever was on its CPU begins again alone: it may have found the heap filled by others. Who dies
   * alone is the cause.
   */
  bury(slot: WorkerSlot<Answer>, reason: string): void {
    const suspect = slot.jobs.get(slot.activity.running().job);
    const alone = this.#confinements.at(slot);
    if (alone !== undefined) {
      const { running } = alone;
      if (running !== undefined) settleJob(running, { kind: "failed", message: reason });
      this.#confinements.noteDeath(alone);
    } else if (suspect !== undefined) {
      this.#options.log.warn("policy is confined: a worker died with it", this.#fieldsOf(suspect));
      this.#confinements.noteDeath(this.#confinements.confine(suspect.policyKey));
    } else {
      for (const job of slot.jobs.values()) {
        if (++job.deaths >= maxDeaths) settleJob(job, { kind: "failed", message: reason });
      }
    }
    this.#lose(slot, undefined);
    if (alone !== undefined) this.#confinements.runNext(alone);
    this.drain();
  }

  /** Forgets what it knows of a policy that has no jobs. */
  forgetPolicy(policyKey: number): void {
    this.#confinements.release(policyKey);
    this.#backlog.forget(policyKey);
    this.#times.forget(policyKey);
  }

  /** Ends every job, at the end of the pool. */
  close(reason: string): void {
    clearInterval(this.#watch);
    const running = [...this.slots()].flatMap((slot) => [...slot.jobs.values()]);
    for (const job of [...running, ...this.#backlog, ...this.#confinements.queued()]) {
      settleJob(job, { kind: "failed", message: reason });
    }
  }

  #startTimer(job: Job<Answer>, timeoutMs: number | undefined): void {
    const leftMs = timeoutMs ?? job.deadlineMs - performance.now();
    if (leftMs === Number.POSITIVE_INFINITY) return;
    const ended = (): void => {
      // Without a limit of its own, it is only the wait that ends.
      if (timeoutMs !== undefined || !hasBegun(job)) this.#expire(job);
    };
    job.timer = setTimeout(ended, Math.min(leftMs, maxTimerMs));
  }

  #enqueue(job: Job<Answer>): void {
    const confinement = this.#confinements.of(job.policyKey);
    if (confinement === undefined) return this.#dispatch(job);
    confinement.queue.push(job);
    this.#confinements.runNext(confinement);
  }

  #dispatch(job: Job<Answer>): void {
    const { workers } = this.#options;
    const slot = workers.heldBy(job.policyKey) ?? workers.leastBusy(workerLoad);
    if (slot !== undefined) return slot.submit(job, this.#times.costMs(job.policyKey));
    // What was begun before is not given up for what came after it.
    if (job.sequence !== 0 || this.#isInTime(job)) this.#backlog.add(job);
    else settleJob(job, { kind: "shed" });
  }

  #isInTime(job: Job<Answer>): boolean {
    const { serving } = this.#options.workers;
    // While all of a program's workers prepare modules, none serves yet; one will.
    const workers = Math.max(serving.length, 1);
    const busyMs = serving.reduce((sum, { pendingMs }) => sum + pendingMs, 0) / workers;
    return this.#backlog.isInTime(job, { busyMs, workers });
  }

  #end(slot: WorkerSlot<Answer>, id: number, result: RunResult<Answer>): void {
    const job = removeJob(slot, id);
    if (job === undefined) return;
    const inTime = !job.settled && !job.hogged;
    if (result.kind === "answer" && result.usage !== undefined) {
      this.#times.observe(job.policyKey, result.usage.cpuMs);
    }
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
    if (confinement === undefined) return this.drain();
    confinement.running = undefined;
    if (inTime) for (const freed of this.#confinements.forgive(job.policyKey)) this.#dispatch(freed);
    this.#confinements.runNext(confinement);
  }

  #fallAsleep(slot: WorkerSlot<Answer>, id: number, begun: boolean): void {
    const job = slot.jobs.get(id);
    if (job === undefined) return;
    job.begun ||= begun;
    setSuspended(slot, id, true);
    if (job.settled) abandonJob(slot, job);
    else this.drain();
  }

  #serveHostCall(
    slot: WorkerSlot<Answer>,
    message: Extract<FromWorker<Answer>, { kind: "host-call" }>,
  ): void {
    const job = slot.jobs.get(message.job);
    if (job === undefined) return;
    job.begun = true;
    setSuspended(slot, message.job, true);
    if (job.settled) return abandonJob(slot, job);
    answerHostCall(slot, job, message, this.#options.serve);
    this.drain();
  }

  #expire(job: Job<Answer>): void {
    const { slot } = job;
    const begun = hasBegun(job);
    const waitedForOthers = !begun && this.#confinements.of(job.policyKey) === undefined;
    settleJob(job, waitedForOthers ? { kind: "shed" } : { kind: "timed-out", begun });
    if (slot?.jobs.get(job.sequence) !== job) return;
    const { job: running, sinceMs } = slot.activity.running();
    if (job.suspended) return abandonJob(slot, job);
    // What has only just begun may end by itself: the watch ends it when it does not.
    if (running === job.sequence && this.#isHog(sinceMs)) this.#kill(slot, job);
  }

  #isHog(sinceMs: number): boolean {
    return elapsedMs(sinceMs, Date.now()) > this.#options.quarantineAfterMs;
  }

  /** Looks for guests that keep a CPU. */
  #checkWorkers(): void {
    let busy = !this.#backlog.isEmpty;
    for (const slot of [...this.slots()]) {
      busy ||= slot.jobs.size > 0;
      const { job: id, sinceMs } = slot.activity.running();
      const job = id === 0 ? undefined : slot.jobs.get(id);
      if (job === undefined || !this.#isHog(sinceMs)) continue;
      job.hogged = true;
      if (job.settled) this.#kill(slot, job);
      else if (slot.jobs.size > 1 && this.#options.workers.serving.includes(slot))
        this.#quarantine(slot, job);
    }
    if (busy) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** Leaves the worker to the job that hogs it; everything else on it begins again elsewhere. */
  #quarantine(slot: WorkerSlot<Answer>, job: Job<Answer>): void {
    this.#options.log.warn("policy hogs the CPU: it keeps its worker for itself", this.#fieldsOf(job));
    slot.lowerPriority();
    slot.revokeAll();
    this.#options.workers.replace(slot);
    const confinement = this.#confinements.confine(job.policyKey);
    if (confinement.slot === undefined && confinement.running === undefined) {
      confinement.slot = slot;
      confinement.running = job;
    } else this.#retiring.add(slot);
    this.#moveJobs(slot, job);
  }

  /** Ends the worker of a job that is past its deadline and still on the CPU. */
  #kill(slot: WorkerSlot<Answer>, job: Job<Answer>): void {
    this.#options.log.warn("policy does not end: its worker is ended", this.#fieldsOf(job));
    const confinement = this.#confinements.at(slot) ?? this.#confinements.confine(job.policyKey);
    void slot.terminate();
    this.#lose(slot, job);
    this.#confinements.runNext(confinement);
    this.drain();
  }

  /** Gives up a worker; `culprit` does not begin again. */
  #lose(slot: WorkerSlot<Answer>, culprit: Job<Answer> | undefined): void {
    this.#retiring.delete(slot);
    this.#options.workers.replace(slot);
    const confinement = this.#confinements.at(slot);
    if (confinement !== undefined) [confinement.slot, confinement.running] = [undefined, undefined];
    this.#moveJobs(slot, culprit);
    slot.jobs.clear();
  }

  #fieldsOf({ policyKey, action }: Job<Answer>) {
    return { policy_id: this.#options.policyName(policyKey), action };
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
      this.#enqueue(job);
    }
  }
}
