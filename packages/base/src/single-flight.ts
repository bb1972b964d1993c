/** Work that several callers wait for together. */
export interface SingleFlight<Value> {
  /**
   * Runs `load`, or waits for the run of the same key that is under way. When nobody waits any more, the signal of
   * `load` is aborted.
   * @param signal - of this caller alone: aborted, it gets the signal's reason, and the others go on waiting
   */
  run(
    key: string,
    load: (signal: AbortSignal) => Promise<Value>,
    signal?: AbortSignal | undefined,
  ): Promise<Value>;
}

interface Flight<Value> {
  readonly outcome: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

export function createSingleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<string, Flight<Value>>();

  const remove = (key: string, controller: AbortController): boolean =>
    flights.get(key)?.controller === controller && flights.delete(key);

  const begin = (key: string, load: (signal: AbortSignal) => Promise<Value>): Flight<Value> => {
    const controller = new AbortController();
    // in a later turn: the flight stands in the list before it can end
    const outcome = Promise.resolve(controller.signal)
      .then(load)
      .finally(() => remove(key, controller));
    const flight: Flight<Value> = { outcome, controller, waiting: 0 };
    flights.set(key, flight);
    return flight;
  };

  return {
    async run(key, load, signal) {
      signal?.throwIfAborted();
      const flight = flights.get(key) ?? begin(key, load);
      flight.waiting++;
      try {
        return await settledOrAborted(flight.outcome, signal);
      } finally {
        flight.waiting--;
        // still in the list: it has not ended
        if (flight.waiting === 0 && remove(key, flight.controller)) flight.controller.abort();
      }
    },
  };
}

function settledOrAborted<Value>(outcome: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return outcome;
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    outcome.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
