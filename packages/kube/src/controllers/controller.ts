/** What a pass over one object says of the next. */
export interface ReconcileResult {
  /** look again after so long, in milliseconds; not before something changes, without */
  readonly requeueAfterMs?: number | undefined;
}

/** Makes the world as one object wants it. Throws to be called again, later each time. */
// biome-ignore lint/suspicious/noConfusingVoidType: a pass that has nothing to say returns nothing
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | void>;

/** A queue of keys, and a worker that takes one after the other to `reconcile`. */
export interface Controller extends AsyncDisposable {
  readonly name: string;
  /** Once for each key, however often it is asked for while it waits. */
  enqueue(key: string): void;
  /** Starts the worker; keys wait until then. */
  start(): void;
  /** keys that wait for their turn; those that wait for the end of a pause not counted */
  readonly depth: number;
  /** keys that wait for their turn, or are being reconciled */
  readonly pending: number;
}

/** How a pass ended. */
export type PassResult = "success" | "requeue_after" | "error";

/** What metrics are made of; the first parameter is the controller's name. */
export interface ControllerObserver {
  /** a key begins to wait for its turn */
  added?(controller: string): void;
  /** a pass begins, of a key that waited so long for its turn */
  started?(controller: string, waitedMs: number): void;
  finished?(
    controller: string,
    pass: { readonly result: PassResult; readonly durationMs: number; readonly error: unknown },
  ): void;
  /** a pass failed, and is made again after a pause */
  retried?(controller: string): void;
}
