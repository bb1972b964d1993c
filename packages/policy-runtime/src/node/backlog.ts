import { FairQueue } from "./fair-queue.ts";
import type { Job } from "./job.ts";
import type { ServiceTimes } from "./service-times.ts";

/** Of the bytes that requests may hold, the share that one policy may. */
const policyShare = 0.5;

export interface BacklogOptions {
  readonly times: ServiceTimes;
  /** Bytes of all requests that have no answer yet. */
  readonly maxBytes: number;
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number;
}

/** The jobs that no worker has room for, and what they may hold. */
export class Backlog<Answer> {
  readonly #options: BacklogOptions;
  readonly #queue: FairQueue<Job<Answer>>;
  readonly #bytesByPolicy = new Map<number, number>();
  #bytes = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#queue = new FairQueue((policyKey) => options.times.costMs(policyKey));
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  [Symbol.iterator](): Iterator<Job<Answer>> {
    return this.#queue[Symbol.iterator]();
  }

  /** Counts the bytes of a request until it is answered; `false` when there is no room for it. */
  hold({ policyKey, body }: Pick<Job<Answer>, "policyKey" | "body">): boolean {
    const { maxBytes } = this.#options;
    const ofPolicy = (this.#bytesByPolicy.get(policyKey) ?? 0) + body.length;
    // Who is alone may hold one request of any size.
    const isFirst = ofPolicy === body.length;
    if (!isFirst && (ofPolicy > maxBytes * policyShare || this.#bytes + body.length > maxBytes)) return false;
    this.#bytesByPolicy.set(policyKey, ofPolicy);
    this.#bytes += body.length;
    return true;
  }

  letGo({ policyKey, body }: Pick<Job<Answer>, "policyKey" | "body">): void {
    const left = (this.#bytesByPolicy.get(policyKey) ?? 0) - body.length;
    if (left > 0) this.#bytesByPolicy.set(policyKey, left);
    else this.#bytesByPolicy.delete(policyKey);
    this.#bytes -= body.length;
  }

  /**
   * Whether a job of a policy can still be done before a deadline.
   * @param busyMs - what each worker has to do before anything that waits here
   * @param workers - that serve
   */
  isInTime(
    { policyKey, deadlineMs }: Pick<Job<Answer>, "policyKey" | "deadlineMs">,
    { busyMs, workers }: { busyMs: number; workers: number },
  ): boolean {
    if (deadlineMs === Number.POSITIVE_INFINITY) return true;
    const waitMs = busyMs + this.#workBefore(policyKey) / workers;
    return this.#fits(policyKey, deadlineMs - this.#options.now(), waitMs);
  }

  /** Whether there is no time left for a job, even if it began now. */
  isLate({ policyKey, deadlineMs }: Pick<Job<Answer>, "policyKey" | "deadlineMs">): boolean {
    return !this.#fits(policyKey, deadlineMs - this.#options.now(), 0);
  }

  #fits(policyKey: number, leftMs: number, waitMs: number): boolean {
    const ownMs = this.#knownMs(policyKey);
    if (ownMs > leftMs) this.#options.times.doubt(policyKey);
    return waitMs + ownMs <= leftMs;
  }

  add(job: Job<Answer>): void {
    this.#queue.add(job);
  }

  take(): Job<Answer> | undefined {
    return this.#queue.take();
  }

  forget(policyKey: number): void {
    this.#queue.forget(policyKey);
  }

  /** Milliseconds of work that come before another job of a policy: all there is, or less, as policies take turns. */
  #workBefore(policyKey: number): number {
    let [total, own, policies] = [0, 0, 1];
    for (const [key, jobs] of this.#queue.waiting()) {
      const workMs = jobs * this.#knownMs(key);
      total += workMs;
      if (key === policyKey) own = workMs;
      else policies++;
    }
    return Math.min(total, own * policies);
  }

  /** Nobody is refused for what is not known. */
  #knownMs(policyKey: number): number {
    return this.#options.times.expectedMs(policyKey) ?? 0;
  }
}
