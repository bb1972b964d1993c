import type { BuiltinTable } from "@kubewarden-ts/rego";

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
  /** What is of interest only to who looks into a policy: why a built-in function of Rego had no result. */
  note?(text: string): void;
  /** The guest left the CPU to wait for an answer of `call`, or for a clock. */
  suspended(reason: "call" | "sleep"): void;
  /** The guest is about to run again. */
  resumed(reason: "call" | "sleep"): void;
}

/** What a guest is asked. */
export interface GuestCall {
  readonly operation: string;
  /** The payload, in pieces that are joined in the guest's memory; of a Rego module the input document. */
  readonly pieces: readonly Uint8Array[];
  /** The data document of a Rego module. While it is the same array as before it is not read again. */
  readonly data?: Uint8Array;
}

/** What one call took of what is limited. */
export interface GuestUsage {
  /** Size of the guest's memory at the end, in bytes: memories do not shrink while they are used. */
  readonly memoryBytes: number;
  /** Bytes of the answer. */
  readonly outputBytes: number;
  readonly hostCalls: number;
  /** Bytes that the host answered to them. */
  readonly hostAnswerBytes: number;
}

/** How one call of a guest ended; `printed` is what it wrote to its streams besides the answer. */
export type GuestResult =
  | { kind: "answer"; bytes: Uint8Array; printed: string; usage: GuestUsage }
  /** `text` is for people: the guest's error, a trap, what it wrote to its standard error. */
  | { kind: "failure"; text: string; printed: string; usage: GuestUsage };

/**
 * Bounds on what a guest makes its host keep or do. What a guest is told that reaches one names the flag of our programs
 * that moves it.
 */
export interface GuestLimits {
  /** Pages of 64 KiB a guest's memory may have. */
  readonly maxMemoryPages: number;
  /** Bytes of an answer, of standard output, and of what is sent with a host call. */
  readonly maxOutputBytes: number;
  /** Bytes of text a guest may print during one call; the rest is dropped. The same goes for an error text. */
  readonly maxPrintBytes: number;
  /** Lines that one call may log, by itself or about its host calls; the rest is dropped. */
  readonly maxLogLines: number;
  /** Host calls of one call, those for the log included. */
  readonly maxHostCalls: number;
  /** Bytes that the host answers to the host calls of one call, all together. */
  readonly maxHostAnswerBytes: number;
  /**
   * Bytes of memory that all guests of a thread may hold while they wait for their host. Beyond it, policies with guests that
   * wait get no further ones.
   */
  readonly maxWaitingBytes: number;
}

export const defaultLimits: GuestLimits = {
  maxMemoryPages: 8192, // 512 MiB
  maxOutputBytes: 16 * 1024 * 1024, // the API server takes objects of 3 MiB
  maxPrintBytes: 64 * 1024,
  maxLogLines: 200,
  maxHostCalls: 10_000,
  maxHostAnswerBytes: 128 * 1024 * 1024,
  maxWaitingBytes: 1024 * 1024 * 1024,
};

/** Clock, randomness and functions for guests. */
export interface GuestEnvironment {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a clock that never goes back. */
  monotonic(): number;
  fillRandom(bytes: Uint8Array): void;
  /** `done` resolves after so many milliseconds, and rejects with what it is cancelled with. */
  sleep(ms: number): { done: Promise<void>; cancel(reason: Error): void };
  /** Functions that a Rego module leaves to its host, as many of these names as there are. */
  loadBuiltins?(names: readonly string[]): Promise<BuiltinTable>;
}
