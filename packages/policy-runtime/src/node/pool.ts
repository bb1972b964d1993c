import { type Logger, type LogLevel, logLevels } from "@kubewarden-ts/base";
import { defaultLimits, type GuestLimits } from "../core/host.ts";
import type { PreparedModule } from "../core/prepared-module.ts";
import { RuntimeError } from "../errors.ts";
import type { ServeCapability } from "./handler.ts";
import { createJob, type RunResult, type RunTimes } from "./job.ts";
import type { FromWorker, PolicyDefinition } from "./messages.ts";
import type { PrepareRequest } from "./preparation.ts";
import { Preparers } from "./preparers.ts";
import { Scheduler } from "./scheduler.ts";
import { startWorkerSlot, type WorkerSlot } from "./worker-slot.ts";
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
  /** Bytes of all requests that have no answer yet; what is more is refused at once. 128 MiB unless told. */
  readonly maxPendingBytes?: number;
  /** Let the worker that prepared a module serve as well: for programs that evaluate once and end. */
  readonly reusePreparingWorkers?: boolean;
  readonly serve: ServeCapability;
  readonly log: Logger;
}

export interface RunOptions extends RunTimes {
  /** Takes the lines about this evaluation in place of the pool's; made when there is one. */
  readonly log?: (() => Logger) | undefined;
}

/** What the pool knows of a policy. */
interface PolicyRecord<Context> {
  readonly definition: PolicyDefinition<Context>;
  jobs: number;
  removed: boolean;
}

const defaultQuarantineAfterMs = 250;
export const defaultMaxPendingBytes = 128 * 1024 * 1024;

/**
 * Runs policies in worker threads (data-plane 1): the worker with the fewest jobs gets the next one; suspended
 * guests do not hold a worker; a guest that hogs the CPU keeps its worker for itself while everything else moves
 * on; what passes its deadline is answered, and ended with its worker if it still spins.
 */
export class GuestPool<Context, Answer> implements AsyncDisposable {
  readonly #options: GuestPoolOptions;
  readonly #policies = new Map<number, PolicyRecord<Context>>();
  readonly #workers: Workers<Answer>;
  readonly #preparers: Preparers<Answer>;
  readonly #scheduler: Scheduler<Answer>;
  /** Of prepared modules. */
  readonly #moduleKeys = new WeakMap<object, number>();
  #lastKey = 0;
  #closed = false;

  constructor(options: GuestPoolOptions) {
    const { workers: limit, warmSpare = true, quarantineAfterMs = defaultQuarantineAfterMs } = options;
    const { serve, log, maxPendingBytes = defaultMaxPendingBytes } = options;
    this.#options = options;
    const workers = new Workers<Answer>(() => this.#startSlot(), { warmSpare });
    this.#workers = workers;
    this.#preparers = new Preparers({
      limit,
      takeWorker: () => workers.take(),
      release: (slot) => this.#releasePreparer(slot),
    });
    const policyName = (key: number): string | undefined => this.#policies.get(key)?.definition.name;
    this.#scheduler = new Scheduler({ workers, quarantineAfterMs, maxPendingBytes, serve, log, policyName });
  }

  /** Starts the workers; resolves when all of them run. */
  start(): Promise<void> {
    return this.#workers.start(this.#options.workers);
  }

  /**
   * Prepares a module, in a worker that does nothing else.
   * @throws {RuntimeError} `RUNTIME_MODULE_REFUSED`, `RUNTIME_INITIALIZATION_FAILED`, `RUNTIME_CLOSED`
   */
  async prepare(request: PrepareRequest): Promise<PreparedModule> {
    if (this.#closed) throw new RuntimeError("the policy runtime is closed", { code: "RUNTIME_CLOSED" });
    return await this.#preparers.prepare(request);
  }

  /** Makes a policy known to all workers; returns the key to run it with. */
  addPolicy(policy: Omit<PolicyDefinition<Context>, "key" | "moduleKey">): number {
    const key = ++this.#lastKey;
    const definition = { ...policy, key, moduleKey: this.#moduleKey(policy.prepared ?? policy) };
    this.#policies.set(key, { definition, jobs: 0, removed: false });
    for (const slot of this.#scheduler.slots()) slot.post({ kind: "policy", policy: definition });
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
    { timeoutMs, patienceMs = Number.POSITIVE_INFINITY, log }: RunOptions = {},
  ): Promise<RunResult<Answer>> {
    const policy = this.#policies.get(key);
    if (policy === undefined || policy.removed || this.#closed) {
      return Promise.resolve({ kind: "failed", message: "the policy is not loaded" });
    }
    const { promise, resolve } = Promise.withResolvers<RunResult<Answer>>();
    const deadlineMs = performance.now() + Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, patienceMs);
    const ended = (result: RunResult<Answer>): void => {
      policy.jobs--;
      this.#forgetUnused(policy);
      resolve(result);
    };
    const job = createJob({ policyKey: key, action, body, deadlineMs, resolve: ended, log });
    policy.jobs++;
    this.#scheduler.add(job, timeoutMs);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#workers.close();
    const reason = "the policy runtime is shutting down";
    const slots = [...this.#scheduler.slots(), ...this.#preparers.slots()];
    this.#scheduler.close(reason);
    this.#preparers.close(reason);
    await Promise.all(slots.map((slot) => slot.terminate()));
  }

  #moduleKey(prepared: object): number {
    const key = this.#moduleKeys.get(prepared) ?? ++this.#lastKey;
    this.#moduleKeys.set(prepared, key);
    return key;
  }

  #startSlot(): WorkerSlot<Answer> {
    const slot = startWorkerSlot<Answer>({
      url: this.#options.workerUrl,
      limits: this.#options.limits ?? defaultLimits,
      logLevel: leastLevel(this.#options.log),
      onMessage: (from, message) => this.#receive(from, message),
      onDeath: (dead, reason) => this.#bury(dead, reason),
    });
    this.#teachPolicies(slot);
    return slot;
  }

  #teachPolicies(slot: WorkerSlot<Answer>): void {
    for (const { definition } of this.#policies.values()) slot.post({ kind: "policy", policy: definition });
  }

  #releasePreparer(slot: WorkerSlot<Answer>): void {
    const { reusePreparingWorkers, workers } = this.#options;
    if (!reusePreparingWorkers || this.#workers.serving.length >= workers) return void slot.terminate();
    this.#teachPolicies(slot);
    this.#workers.serving.push(slot);
    this.#scheduler.drain();
  }

  #receive(slot: WorkerSlot<Answer>, message: FromWorker<Answer>): void {
    switch (message.kind) {
      case "log":
        return logLine(slot.jobs.get(message.job)?.log?.() ?? this.#options.log, message);
      case "starting":
      case "prepared":
      case "not-prepared":
        return this.#preparers.receive(slot, message);
      case "ready":
        return;
      default:
        return this.#scheduler.receive(slot, message);
    }
  }

  #bury(slot: WorkerSlot<Answer>, reason: string): void {
    if (this.#preparers.fail(slot, reason)) return;
    this.#options.log.error("worker thread ended", { reason });
    this.#scheduler.bury(slot, reason);
  }

  #forgetUnused({ definition: { key }, removed, jobs }: PolicyRecord<Context>): void {
    if (!removed || jobs > 0) return;
    this.#policies.delete(key);
    for (const slot of this.#scheduler.slots()) slot.post({ kind: "forget-policy", key });
    this.#scheduler.forgetPolicy(key);
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
