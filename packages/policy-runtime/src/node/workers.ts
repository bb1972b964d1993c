import type { WorkerSlot } from "./worker-slot.ts";

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

  /** The serving worker with the fewest jobs on or before its CPU, unless all have `maxJobs`. */
  leastBusy(maxJobs: number): WorkerSlot<Answer> | undefined {
    let best: WorkerSlot<Answer> | undefined;
    let least = maxJobs;
    for (const slot of this.serving) {
      const busy = slot.jobs.size - slot.suspendedJobs;
      if (busy < least) [best, least] = [slot, busy];
    }
    return best;
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
