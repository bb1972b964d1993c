/** What an evaluation costs besides its guest: reading the request, putting the instance back. */
const overheadMs = 0.05;
/** What is taken of a policy nothing is known of, so that it counts at all. */
const unknownMs = 1;
/** Weight of the latest evaluation. */
const weight = 1 / 16;

/** How long evaluations of each policy keep a worker, as far as it was seen. */
export class ServiceTimes {
  readonly #byPolicy = new Map<number, number>();

  /** Of the next evaluation, in milliseconds; `undefined` while nothing is known of the policy. */
  expectedMs(policyKey: number): number | undefined {
    return this.#byPolicy.get(policyKey);
  }

  /** The same for taking turns and sharing out work: never `undefined`. */
  costMs(policyKey: number): number {
    return this.#byPolicy.get(policyKey) ?? unknownMs;
  }

  /** @param cpuMs - that an evaluation was on the CPU for */
  observe(policyKey: number, cpuMs: number): void {
    const seen = cpuMs + overheadMs;
    const before = this.#byPolicy.get(policyKey);
    this.#byPolicy.set(policyKey, before === undefined ? seen : before + (seen - before) * weight);
  }

  /**
   * Notes that a policy was refused because of what its evaluations took: without any there is nothing to learn from, so what
   * was seen counts less each time, until one is tried again.
   */
  doubt(policyKey: number): void {
    const before = this.#byPolicy.get(policyKey);
    if (before !== undefined) this.#byPolicy.set(policyKey, before * (1 - weight));
  }

  forget(policyKey: number): void {
    this.#byPolicy.delete(policyKey);
  }
}
