/** Proof that data were current when they were handed out. Plain data: it may cross threads. */
export interface SharedStamp {
  readonly cell: SharedArrayBuffer;
  readonly value: number;
}

/** Hands out stamps for data that change, and takes all of them back at once. */
export interface StampIssuer {
  issue(): SharedStamp;
  /** The data changed, or nobody knows any more whether they did. */
  revoke(): void;
  /** Whether a stamp was looked at since this was asked last. */
  takeUse(): boolean;
}

const stateSlot = 0;
const useSlot = 1;

export function createStampIssuer(): StampIssuer {
  const cell = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const slots = new Int32Array(cell);
  return {
    issue: () => ({ cell, value: Atomics.load(slots, stateSlot) }),
    revoke: () => void Atomics.add(slots, stateSlot, 1),
    takeUse: () => Atomics.exchange(slots, useSlot, 0) === 1,
  };
}

/** Whether the data that came with a stamp are still current, in whatever thread. */
export function isStampValid({ cell, value }: SharedStamp): boolean {
  const slots = new Int32Array(cell);
  Atomics.store(slots, useSlot, 1);
  return Atomics.load(slots, stateSlot) === value;
}
