/** A list as a worker has it. */
export interface KnownList {
  readonly bytes: Uint8Array;
  readonly version: number;
}

/**
 * Lists that were handed to this worker for one policy, by what was asked for. Each is sent once for each state it has:
 * every sending of shared memory is kept alive until the garbage of the worker is collected.
 */
export interface KnownLists {
  get(key: string): KnownList | undefined;
  keep(key: string, list: KnownList): void;
}

/** Lists that a policy asks for again and again; more are asked for anew. */
const maxLists = 32;

export function createKnownLists(): KnownLists {
  const lists = new Map<string, KnownList>();
  return {
    get: (key) => lists.get(key),
    keep(key, list) {
      lists.delete(key);
      lists.set(key, list);
      const [oldest] = lists.keys();
      if (lists.size > maxLists && oldest !== undefined) lists.delete(oldest);
    },
  };
}
