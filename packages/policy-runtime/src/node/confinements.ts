import type { Job } from "./job.ts";
import type { WorkerSlot } from "./worker-slot.ts";

/**
 * Where policies run that hogged the CPU: one worker of their own, one job at a time, until they answer in time
 * again. Nobody else ever waits behind them.
 */
export interface Confinement<Answer> {
  readonly policies: Set<number>;
  /** `undefined` until it is needed, and after it had to be ended with its job. */
  slot: WorkerSlot<Answer> | undefined;
  running: Job<Answer> | undefined;
  queue: Job<Answer>[];
  /** Answers in time that it owes before its policies are let go. */
  debt: number;
  /** Until the next job may begin. */
  pause: NodeJS.Timeout | undefined;
}

/** A worker costs far more than an answer: so many answers in time make up for one that died. */
const answersPerDeath = 10;
/** Between two deaths in a row, doubled with each further one: starting workers is work, too. */
const firstPauseMs = 50;
const maxPauseMs = 2000;

/** Confined policies share workers beyond this many. */
const maxConfinements = 4;

/** All confinements of a pool. */
export class Confinements<Answer> {
  readonly #all = new Set<Confinement<Answer>>();
  readonly #byPolicy = new Map<number, Confinement<Answer>>();
  readonly #takeWorker: () => WorkerSlot<Answer>;

  constructor(takeWorker: () => WorkerSlot<Answer>) {
    this.#takeWorker = takeWorker;
  }

  of(policyKey: number): Confinement<Answer> | undefined {
    return this.#byPolicy.get(policyKey);
  }

  at(slot: WorkerSlot<Answer>): Confinement<Answer> | undefined {
    for (const confinement of this.#all) if (confinement.slot === slot) return confinement;
    return undefined;
  }

  *slots(): Generator<WorkerSlot<Answer>> {
    for (const { slot } of this.#all) if (slot !== undefined) yield slot;
  }

  *queued(): Generator<Job<Answer>> {
    for (const { queue } of this.#all) yield* queue;
  }

  /** Confines a policy from now on. */
  confine(policyKey: number): Confinement<Answer> {
    let confinement = this.#byPolicy.get(policyKey);
    if (confinement !== undefined) return confinement;
    if (this.#all.size < maxConfinements) {
      confinement = {
        policies: new Set(),
        slot: undefined,
        running: undefined,
        queue: [],
        debt: 0,
        pause: undefined,
      };
      this.#all.add(confinement);
    } else {
      confinement = [...this.#all].reduce((a, b) => (b.queue.length < a.queue.length ? b : a));
    }
    confinement.policies.add(policyKey);
    this.#byPolicy.set(policyKey, confinement);
    return confinement;
  }

  /** Its worker died: after the first time, its next job has to wait a while. */
  noteDeath(confinement: Confinement<Answer>): void {
    const before = Math.ceil(confinement.debt / answersPerDeath);
    confinement.debt += answersPerDeath;
    if (before === 0 || confinement.pause !== undefined) return;
    const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** (before - 1));
    confinement.pause = setTimeout(() => {
      confinement.pause = undefined;
      this.runNext(confinement);
    }, pauseMs);
    confinement.pause.unref();
  }

  /** A job of a policy was answered in time: lets the policy go when it owes nothing more, see {@link release}. */
  forgive(policyKey: number): Job<Answer>[] {
    const confinement = this.#byPolicy.get(policyKey);
    if (confinement === undefined) return [];
    confinement.debt = Math.max(0, confinement.debt - 1);
    return confinement.debt > 0 ? [] : this.release(policyKey);
  }

  /** Lets a policy go; returns the jobs of it that waited. The worker ends with its last policy. */
  release(policyKey: number): Job<Answer>[] {
    const confinement = this.#byPolicy.get(policyKey);
    if (confinement === undefined) return [];
    this.#byPolicy.delete(policyKey);
    confinement.policies.delete(policyKey);
    const freed = confinement.queue.filter((job) => job.policyKey === policyKey);
    confinement.queue = confinement.queue.filter((job) => job.policyKey !== policyKey);
    if (confinement.policies.size === 0) {
      this.#all.delete(confinement);
      clearTimeout(confinement.pause);
      void confinement.slot?.terminate();
    }
    return freed;
  }

  /**
   * Begins the newest job that somebody still waits for, if the worker is free. The oldest would have the least time
   * left: a policy that never ends would go through one worker after the other, each for a moment.
   */
  runNext(confinement: Confinement<Answer>): void {
    if (confinement.running !== undefined || confinement.pause !== undefined) return;
    confinement.queue = confinement.queue.filter(({ settled }) => !settled);
    const next = confinement.queue.pop();
    if (next === undefined) return;
    if (confinement.slot === undefined) {
      confinement.slot = this.#takeWorker();
      confinement.slot.lowerPriority();
    }
    confinement.running = next;
    confinement.slot.submit(next, 0);
  }
}
