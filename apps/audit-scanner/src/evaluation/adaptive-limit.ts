/** How much one policy server is asked at once; it finds out by itself how much is good. */
export interface AdaptiveLimit {
  /**
   * Waits until so much more may be asked, in the order of coming; what is more than the whole limit goes alone.
   * @param weight - evaluations that the request asks for
   * @param signal - aborted while waiting: the caller gets its reason
   */
  acquire(weight: number, signal: AbortSignal): Promise<Slot>;
  /** evaluations at once, at the moment */
  readonly current: number;
}

/** Disposed of when the request is over. */
export interface Slot extends Disposable {
  /** The server kept up: a little more may be asked at once. */
  answered(): void;
  /** The server did not keep up: half as much may be asked at once. */
  overloaded(): void;
  /**
   * The answer took long: half as much may be asked at once, but not less than in the beginning. It may be the policy that is
   * slow, and not the server that has too much to do.
   */
  slow(): void;
}

export interface AdaptiveLimitOptions {
  readonly max: number;
  /** where it begins; it doubles with every round until the server first fails to keep up */
  readonly initial?: number;
}

/** Additive increase, multiplicative decrease, as TCP does; a slow start first. */
export function createAdaptiveLimit({ max, initial = 16 }: AdaptiveLimitOptions): AdaptiveLimit {
  const size = limitSize(Math.min(initial, max), max);
  const waiting = new Set<Waiter>();
  let busy = 0;

  const hasRoom = (weight: number): boolean => busy === 0 || busy + weight <= size.current;
  const admit = (): void => {
    for (const waiter of waiting) {
      if (!hasRoom(waiter.weight)) return;
      waiting.delete(waiter);
      busy += waiter.weight;
      waiter.begin();
    }
  };
  const slot = (weight: number): Slot => {
    let begunIn = size.round;
    let held = weight;
    const halve = (least: number): void => {
      // what began before the last decrease says nothing new by failing as well
      if (begunIn === size.round) begunIn = size.halve(least);
    };
    return {
      answered() {
        size.grow(weight);
        admit();
      },
      overloaded: () => halve(1),
      slow: () => halve(Math.min(initial, max)),
      [Symbol.dispose]() {
        busy -= held;
        held = 0;
        admit();
      },
    };
  };

  return {
    get current() {
      return size.current;
    },
    async acquire(weight, signal) {
      signal.throwIfAborted();
      if (waiting.size === 0 && hasRoom(weight)) busy += weight;
      else await turnIn(waiting, weight, signal, admit);
      return slot(weight);
    },
  };
}

interface LimitSize {
  /** evaluations at once */
  readonly current: number;
  /** counts the decreases */
  readonly round: number;
  grow(evaluations: number): void;
  /** @param least - it does not become smaller than that by this */
  halve(least: number): number;
}

function limitSize(initial: number, max: number): LimitSize {
  let [size, round] = [initial, 0];
  return {
    get current() {
      return Math.floor(size);
    },
    get round() {
      return round;
    },
    grow(evaluations) {
      size = Math.min(max, size + (round === 0 ? evaluations : evaluations / size));
    },
    halve(least) {
      size = Math.max(Math.min(least, size), size / 2);
      return ++round;
    },
  };
}

interface Waiter {
  readonly weight: number;
  begin(): void;
}

function turnIn(waiting: Set<Waiter>, weight: number, signal: AbortSignal, admit: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(waiter);
      reject(signal.reason);
      // those behind may be lighter
      admit();
    };
    const waiter = {
      weight,
      begin() {
        signal.removeEventListener("abort", leave);
        resolve();
      },
    };
    waiting.add(waiter);
    signal.addEventListener("abort", leave, { once: true });
  });
}
