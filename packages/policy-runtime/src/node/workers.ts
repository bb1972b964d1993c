import { elapsedMs } from "./activity.ts";
import type { WorkerSlot } from "./worker-slot.ts";

const stalledAfterMs = 20;
const heldAfterMs = 100;
/** Comes after every worker whose guest is not stalled. */
const stalledRankMs = 1e9;

/** What a worker may be sent before it answered. */
export interface WorkerLoad {
  readonly maxJobs: number;
  /** How long what it was sent may be expected to take, unless it is a single job. */
  readonly maxMs: number;
}

/** The workers that serve everybody, and the one that is ready to take over. */
export class Workers<Answer> {
  readonly serving: WorkerSlot<Answer>[] = [];
  readonly #start: () => WorkerSlot<Answer>;
  readonly #warmSpare: boolean;
  #spare: WorkerSlot<Answer> | undefined;
  #closed = false;

  constructor(start: () => WorkerSlot<Answer>, { warmSpare }: { warmSpare: boolean }) {
    this.#start = start;
    this.#warmSpare = warmSpare;
  }

  *all(): Generator<WorkerSlot<Answer>> {
    yield* this.serving;
    if (this.#spare !== undefined) yield this.#spare;
  }

  /** Starts workers up to a number of serving ones; resolves when all of them run. */
  async start(count: number): Promise<void> {
    while (this.serving.length < count) this.serving.push(this.#start());
    this.#fillSpare();
    await Promise.all(this.serving.map(({ ready }) => ready));
  }

  /**
   * The serving worker with the least to do, unless all have enough. One whose guest has been on the CPU for longer than
   * most need comes last.
   */
  leastBusy({ maxJobs, maxMs }: WorkerLoad): WorkerSlot<Answer> | undefined {
    let best: WorkerSlot<Answer> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const slot of this.serving) {
      const busy = slot.jobs.size - slot.suspendedJobs;
      if (busy >= maxJobs || (busy > 0 && slot.pendingMs >= maxMs)) continue;
      const isStalled = busy > 0 && runningForMs(slot) > stalledAfterMs;
      const rank = slot.pendingMs + (isStalled ? stalledRankMs : 0);
      if (rank < least) [best, least] = [slot, rank];
    }
    return best;
  }

  /** The worker that this policy has kept for so long that what else it has to do had better wait there. */
  heldBy(policyKey: number): WorkerSlot<Answer> | undefined {
    return this.serving.find((slot) => {
      if (slot.jobs.size === 0 || runningForMs(slot) <= heldAfterMs) return false;
      return slot.jobs.get(slot.activity.running().job)?.policyKey === policyKey;
    });
  }

  /** A worker that is free, at once where there is a spare one; another spare one is started for it. */
  take(): WorkerSlot<Answer> {
    const slot = this.#spare ?? this.#start();
    this.#spare = undefined;
    setImmediate(() => this.#fillSpare());
    return slot;
  }

  /** Puts another worker in the place of one that does not serve any more. */
  replace(slot: WorkerSlot<Answer>): void {
    if (slot === this.#spare) this.#spare = undefined;
    const index = this.serving.indexOf(slot);
    if (index >= 0) this.serving[index] = this.take();
  }

  close(): void {
    this.#closed = true;
  }

  #fillSpare(): void {
    if (this.#warmSpare && !this.#closed) this.#spare ??= this.#start();
  }
}

/** How long the guest on a worker's CPU has been there, in milliseconds. */
function runningForMs<Answer>({ activity }: WorkerSlot<Answer>): number {
  const { job, sinceMs } = activity.running();
  return job === 0 ? 0 : elapsedMs(sinceMs, Date.now());
}
