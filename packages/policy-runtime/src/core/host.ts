/** A guest's call of its host, as it left the guest. */
export interface HostCall {
  readonly binding: string;
  readonly namespace: string;
  readonly operation: string;
  readonly payload: Uint8Array;
}

/**
 * What a guest reaches of its host while it runs. `call` answers at once or with a promise, which suspends the
 * guest; what it throws or rejects with becomes, by its message, the error text the guest gets.
 */
export interface GuestHost {
  call(call: HostCall): Uint8Array | Promise<Uint8Array>;
  /** Text the guest printed: `__console_log`, standard output of waPC guests, standard error. */
  print(text: string): void;
  /** The guest left the CPU to wait for an answer of `call`, or for a clock. */
  suspended(reason: "call" | "sleep"): void;
  /** The guest is about to run again. */
  resumed(reason: "call" | "sleep"): void;
}

/** How one call of a guest ended; `printed` is what it wrote to its streams besides the answer. */
export type GuestResult =
  | { kind: "answer"; bytes: Uint8Array; printed: string }
  /** `text` is for people: the guest's error, a trap, what it wrote to its standard error. */
  | { kind: "failure"; text: string; printed: string };

/** Bounds on what a guest makes its host keep or do. */
export interface GuestLimits {
  /** Pages of 64 KiB a guest's memory may have. */
  readonly maxMemoryPages: number;
  /** Bytes of an answer, of standard output, and of what is sent with a host call. */
  readonly maxOutputBytes: number;
  /** Bytes of text a guest may print during one call; the rest is dropped. The same goes for an error text. */
  readonly maxPrintBytes: number;
  /** Lines that one call may log, by itself or about its host calls; the rest is dropped. */
  readonly maxLogLines: number;
}

export const defaultLimits: GuestLimits = {
  maxMemoryPages: 8192, // 512 MiB
  maxOutputBytes: 16 * 1024 * 1024, // the API server takes objects of 3 MiB
  maxPrintBytes: 64 * 1024,
  maxLogLines: 200,
};

/** Clock and randomness for guests. */
export interface GuestEnvironment {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a clock that never goes back. */
  monotonic(): number;
  fillRandom(bytes: Uint8Array): void;
  /** `done` resolves after so many milliseconds, and rejects with what it is cancelled with. */
  sleep(ms: number): { done: Promise<void>; cancel(reason: Error): void };
}
