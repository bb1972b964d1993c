/** What a queue has to know of a job. */
export interface QueuedJob {
  readonly policyKey: number;
  /** When its answer is of no use any more, by any clock, the same for all; `Infinity` for never. */
  readonly deadlineMs: number;
  /** Somebody was told how it ended: it need not begin. */
  readonly settled: boolean;
}

/** The jobs of one policy. */
interface Lane<Job> {
  /** In the order of their deadlines, the earliest last. */
  readonly jobs: Job[];
  /** What its jobs have cost so far, on the scale that all lanes share. */
  spent: number;
}

/**
 * Jobs that wait for a worker. Policies take turns by what their jobs cost (start-time fair queueing): the one that is asked
 * most, or costs most, waits longest for itself and does not make the others wait. The jobs of a policy leave in the order of
 * their deadlines, those without one as they came.
 */
export class FairQueue<Job extends QueuedJob> {
  readonly #lanes = new Map<number, Lane<Job>>();
  readonly #costOf: (policyKey: number) => number;
  /** What the policy whose turn it was last had spent before it. */
  #turn = 0;
  #size = 0;

  /** @param costOf - of one job of a policy, more than 0, in any unit */
  constructor(costOf: (policyKey: number) => number) {
    this.#costOf = costOf;
  }

  /** Jobs that wait, those that nobody wants any more included. */
  get size(): number {
    return this.#size;
  }

  /** All jobs, in no order. */
  *[Symbol.iterator](): Generator<Job> {
    for (const { jobs } of this.#lanes.values()) yield* jobs;
  }

  /** Policies that have jobs here, and how many. */
  *waiting(): Generator<[policyKey: number, jobs: number]> {
    for (const [key, { jobs }] of this.#lanes) if (jobs.length > 0) yield [key, jobs.length];
  }

  add(job: Job): void {
    const { policyKey, deadlineMs } = job;
    let lane = this.#lanes.get(policyKey);
    if (lane === undefined) {
      lane = { jobs: [], spent: this.#turn };
      this.#lanes.set(policyKey, lane);
    }
    // Nearly always its deadline is the latest one.
    const place = lane.jobs.findIndex((other) => other.deadlineMs <= deadlineMs);
    lane.jobs.splice(place < 0 ? lane.jobs.length : place, 0, job);
    this.#size++;
  }

  /** Takes the job whose turn it is; those that nobody wants any more are dropped on the way. */
  take(): Job | undefined {
    for (;;) {
      const next = this.#nextLane();
      if (next === undefined) return undefined;
      const [policyKey, lane] = next;
      const job = lane.jobs.pop()!;
      this.#size--;
      if (job.settled) continue;
      // Who was idle is not owed what it did not use.
      this.#turn = Math.max(lane.spent, this.#turn);
      lane.spent = this.#turn + this.#costOf(policyKey);
      return job;
    }
  }

  /** Forgets what a policy without jobs has spent. */
  forget(policyKey: number): void {
    if (this.#lanes.get(policyKey)?.jobs.length === 0) this.#lanes.delete(policyKey);
  }

  #nextLane(): [number, Lane<Job>] | undefined {
    let next: [number, Lane<Job>] | undefined;
    for (const entry of this.#lanes) {
      const [, { jobs, spent }] = entry;
      if (jobs.length > 0 && (next === undefined || spent < next[1].spent)) next = entry;
    }
    return next;
  }
}
