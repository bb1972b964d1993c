import { type Generation, keysOf } from "./generation.ts";

interface Held {
  readonly generation: Generation;
  /** Requests that began with it and have not ended. */
  users: number;
}

/**
 * The generation in use, and those before it that requests still hold. A request sees one generation from its beginning to
 * its end; what a generation runs is released when the last request that may ask it has ended.
 */
export class LiveGeneration {
  readonly #release: (key: number) => void;
  readonly #superseded = new Set<Held>();
  #current: Held;

  /** @param release - takes the keys of what no generation runs any more */
  constructor(first: Generation, release: (key: number) => void) {
    this.#current = { generation: first, users: 0 };
    this.#release = release;
  }

  get current(): Generation {
    return this.#current.generation;
  }

  /** Does something with the present generation, which stays whole until then. */
  async use<Result>(work: (generation: Generation) => Promise<Result>): Promise<Result> {
    const held = this.#current;
    held.users++;
    try {
      return await work(held.generation);
    } finally {
      held.users--;
      if (held.users === 0 && this.#superseded.delete(held)) this.#releaseUnused(held);
    }
  }

  /** Puts another generation in place, for all requests that begin from now on. */
  replace(next: Generation): void {
    const before = this.#current;
    this.#current = { generation: next, users: 0 };
    if (before.users > 0) this.#superseded.add(before);
    else this.#releaseUnused(before);
  }

  #releaseUnused({ generation }: Held): void {
    const live = [this.#current, ...this.#superseded].flatMap((held) => [...held.generation.values()]);
    const used = new Set(live.flatMap(keysOf));
    for (const key of [...generation.values()].flatMap(keysOf)) if (!used.has(key)) this.#release(key);
  }
}
