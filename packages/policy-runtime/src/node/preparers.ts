import type { PreparedModule } from "../core/prepared-module.ts";
import { RuntimeError } from "../errors.ts";
import {
  type Preparation,
  type PreparationMessage,
  type PrepareRequest,
  startPreparation,
} from "./preparation.ts";
import type { WorkerSlot } from "./worker-slot.ts";

interface WaitingRequest {
  readonly request: PrepareRequest;
  readonly resolve: (prepared: Promise<PreparedModule>) => void;
}

export interface PreparersOptions<Answer> {
  /** Modules that are prepared at the same time. */
  readonly limit: number;
  readonly takeWorker: () => WorkerSlot<Answer>;
  /** Gets a worker that has no more to do. */
  readonly release: (slot: WorkerSlot<Answer>) => void;
}

/**
 * Workers that prepare modules. Each goes on as long as modules wait and is given up then, since what compiling leaves
 * behind is large; one whose module does not end its start is ended with it.
 */
export class Preparers<Answer> {
  readonly #options: PreparersOptions<Answer>;
  readonly #active = new Map<WorkerSlot<Answer>, Preparation>();
  readonly #waiting: WaitingRequest[] = [];

  constructor(options: PreparersOptions<Answer>) {
    this.#options = options;
  }

  slots(): Iterable<WorkerSlot<Answer>> {
    return this.#active.keys();
  }

  /** @throws {RuntimeError} why the module cannot be run */
  prepare(request: PrepareRequest): Promise<PreparedModule> {
    const { promise, resolve } = Promise.withResolvers<PreparedModule>();
    this.#waiting.push({ request, resolve });
    if (this.#active.size < this.#options.limit) this.#next(this.#options.takeWorker());
    return promise;
  }

  receive(slot: WorkerSlot<Answer>, message: PreparationMessage): void {
    this.#active.get(slot)?.receive(message);
  }

  /** Fails the preparation of a worker; false when it has none. */
  fail(slot: WorkerSlot<Answer>, reason: string): boolean {
    const preparation = this.#active.get(slot);
    preparation?.fail(reason);
    return preparation !== undefined;
  }

  /** Fails everything, at the end of the pool. */
  close(reason: string): void {
    const closed = (): RuntimeError => new RuntimeError(reason, { code: "RUNTIME_CLOSED" });
    for (const { resolve } of this.#waiting.splice(0)) resolve(Promise.reject(closed()));
    for (const preparation of this.#active.values()) preparation.fail(reason);
  }

  #next(slot: WorkerSlot<Answer>): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#active.delete(slot);
      return this.#options.release(slot);
    }
    const preparation = startPreparation(slot, waiting.request);
    this.#active.set(slot, preparation);
    waiting.resolve(preparation.done);
    const next = (): void => this.#nextAfter(slot, preparation);
    preparation.done.then(next, next);
  }

  #nextAfter(slot: WorkerSlot<Answer>, preparation: Preparation): void {
    if (!preparation.isStuck()) return this.#next(slot);
    this.#active.delete(slot);
    void slot.terminate();
    if (this.#waiting.length > 0) this.#next(this.#options.takeWorker());
  }
}
