import type { GuestState } from "../guest-state.ts";
import { errno } from "./errno.ts";

const nanosecondsPerMillisecond = 1_000_000;
const subscriptionToClock = 0;
const absoluteTime = 1;

/**
 * Where the members of a subscription of `poll_oneoff` stand. The older interface has one member more in front
 * of the clock's.
 */
export interface SubscriptionLayout {
  readonly size: number;
  readonly clockOffset: number;
}
export const preview1Subscription: SubscriptionLayout = { size: 48, clockOffset: 16 };
export const unstableSubscription: SubscriptionLayout = { size: 56, clockOffset: 24 };

const eventSize = 32;
/** Clocks and three streams: nobody waits for more. */
const maxSubscriptions = 4096;

/** Clocks, and `poll_oneoff`, which is how guests sleep: the guest is suspended, its worker is not held. */
export function clockFunctions(state: GuestState, layout: SubscriptionLayout) {
  return {
    clock_time_get(id: number, _precision: bigint, pointer: number): number {
      const milliseconds = readClock(state, id);
      if (milliseconds === undefined) return errno.invalid;
      state.memory.slice(pointer, 8);
      state.memory.view.setBigUint64(pointer >>> 0, toNanoseconds(milliseconds), true);
      return errno.success;
    },
    clock_res_get(id: number, pointer: number): number {
      if (readClock(state, id) === undefined) return errno.invalid;
      state.memory.slice(pointer, 8);
      state.memory.view.setBigUint64(pointer >>> 0, 1000n, true);
      return errno.success;
    },
    poll_oneoff(
      subscriptions: number,
      events: number,
      count: number,
      countPointer: number,
    ): number | Promise<number> {
      if (count === 0 || count >>> 0 > maxSubscriptions) return errno.invalid;
      const wanted = readSubscriptions(state, subscriptions >>> 0, count >>> 0, layout);
      const finish = (): number => writeEvents(state, wanted, events >>> 0, countPointer);
      const delayMs = Math.min(...wanted.map(({ delayMs }) => delayMs));
      return delayMs > 0 ? sleep(state, delayMs).then(finish) : finish();
    },
  };
}

interface Subscription {
  readonly userData: bigint;
  readonly type: number;
  /** Until the event is due; 0 for streams, which are always ready. */
  readonly delayMs: number;
  readonly error: number;
}

function readClock({ environment }: GuestState, id: number): number | undefined {
  if (id === 0) return environment.now();
  return id >= 1 && id <= 3 ? environment.monotonic() : undefined;
}

function toNanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * nanosecondsPerMillisecond));
}

function readSubscriptions(
  state: GuestState,
  pointer: number,
  count: number,
  layout: SubscriptionLayout,
): Subscription[] {
  state.memory.slice(pointer, count * layout.size);
  return Array.from({ length: count }, (_, index) =>
    readSubscription(state, pointer + index * layout.size, layout),
  );
}

function readSubscription(state: GuestState, at: number, { clockOffset }: SubscriptionLayout): Subscription {
  const { view } = state.memory;
  const userData = view.getBigUint64(at, true);
  const type = view.getUint8(at + 8);
  if (type !== subscriptionToClock) {
    const known = view.getUint32(at + 16, true) <= 2;
    return { userData, type, delayMs: 0, error: known ? errno.success : errno.badFileDescriptor };
  }
  const id = view.getUint32(at + clockOffset, true);
  const timeoutMs = Number(view.getBigUint64(at + clockOffset + 8, true)) / nanosecondsPerMillisecond;
  const isAbsolute = (view.getUint16(at + clockOffset + 24, true) & absoluteTime) !== 0;
  const nowMs = readClock(state, id);
  if (nowMs === undefined) return { userData, type, delayMs: 0, error: errno.invalid };
  return { userData, type, delayMs: isAbsolute ? timeoutMs - nowMs : timeoutMs, error: errno.success };
}

function writeEvents(
  state: GuestState,
  wanted: readonly Subscription[],
  pointer: number,
  countPointer: number,
): number {
  const first = Math.min(...wanted.map(({ delayMs }) => delayMs));
  const due = wanted.filter(({ delayMs }) => delayMs <= Math.max(first, 0));
  state.memory.slice(pointer, due.length * eventSize).fill(0);
  const { view } = state.memory;
  due.forEach(({ userData, type, error }, index) => {
    const at = pointer + index * eventSize;
    view.setBigUint64(at, userData, true);
    view.setUint16(at + 8, error, true);
    view.setUint8(at + 10, type);
    if (type !== subscriptionToClock) view.setBigUint64(at + 16, 1n, true);
  });
  state.memory.writeU32(countPointer, due.length);
  return errno.success;
}

async function sleep(state: GuestState, ms: number): Promise<void> {
  const { host } = state;
  const { done, cancel } = state.environment.sleep(ms);
  state.cancelSleep = cancel;
  host.suspended("sleep");
  try {
    await done;
  } finally {
    host.resumed("sleep");
    state.cancelSleep = undefined;
  }
}
