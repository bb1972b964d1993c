import type { GuestProtocol, PreparedModule } from "../core/prepared-module.ts";
import { RuntimeError } from "../errors.ts";
import type { FromWorker } from "./messages.ts";
import { maxTimerMs } from "./timer.ts";
import type { WorkerSlot } from "./worker-slot.ts";

/** What a request gets when the limit of time has passed (policy-runtime 2.7). */
export const timeoutText = "Policy execution interrupted because it exceeded the allowed execution time";

export type PreparationMessage = Extract<
  FromWorker<never>,
  { kind: "starting" } | { kind: "prepared" } | { kind: "not-prepared" }
>;

export interface PrepareRequest {
  readonly bytes: Uint8Array;
  readonly protocol: GuestProtocol;
  /** Limit for the module's own start, in milliseconds; compiling does not count. */
  readonly timeoutMs: number;
  /** Go on with commands by Go's compiler from where they read their request, where that can be done; on by default. */
  readonly snapshotGoCommands?: boolean | undefined;
}

/** One module that a worker prepares; it does nothing else meanwhile. */
export interface Preparation {
  readonly done: Promise<PreparedModule>;
  receive(message: PreparationMessage): void;
  fail(reason: string): void;
  /** Whether the worker did not come back: the module did not end its start, or the worker died. */
  isStuck(): boolean;
}

/** Time to find out whether a module can be run faster; it is started at least five times for that. */
const maxImprovingMs = 15_000;

export function startPreparation<Answer>(
  slot: WorkerSlot<Answer>,
  { bytes, protocol, timeoutMs, snapshotGoCommands = true }: PrepareRequest,
): Preparation {
  const { promise, resolve, reject } = Promise.withResolvers<PreparedModule>();
  let timer: NodeJS.Timeout | undefined;
  let stuck = false;
  /** Can be run already. */
  let usable: PreparedModule | undefined;
  const failed = (message: string): void => {
    stuck = true;
    clearTimeout(timer);
    if (usable !== undefined) return resolve(usable);
    reject(new RuntimeError(message, { code: "RUNTIME_INITIALIZATION_FAILED" }));
  };
  const settle = ({ prepared, improving }: Extract<PreparationMessage, { kind: "prepared" }>): void => {
    clearTimeout(timer);
    usable = prepared;
    if (improving) timer = setTimeout(() => failed(timeoutText), maxImprovingMs);
    else resolve(prepared);
  };
  slot.post({ kind: "prepare", id: 0, bytes, protocol, snapshotGoCommands });
  return {
    done: promise,
    receive(message) {
      switch (message.kind) {
        case "starting":
          timer = setTimeout(() => failed(timeoutText), Math.min(timeoutMs, maxTimerMs));
          return;
        case "prepared":
          return settle(message);
        case "not-prepared":
          clearTimeout(timer);
          return reject(new RuntimeError(message.message, { code: message.code }));
      }
    },
    fail: failed,
    isStuck: () => stuck,
  };
}
