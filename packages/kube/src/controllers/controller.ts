/** What a pass over one object says of the next. */
export interface ReconcileResult {
  /** look again after so long, in milliseconds; not before something changes, without */
  readonly requeueAfterMs?: number | undefined;
}

/** Makes the world as one object wants it. Throws to be called again, later each time. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | void>;

/** A queue of keys, and a worker that takes one after the other to `reconcile`. */
export interface Controller extends AsyncDisposable {
  readonly name: string;
  /** Once for each key, however often it is asked for while it waits. */
  enqueue(key: string): void;
  /** Starts the worker; keys wait until then. */
  start(): void;
  /** keys that wait, or are being reconciled */
  readonly pending: number;
}
