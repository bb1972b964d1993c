import type { GuestProtocol, PreparedModule } from "../core/prepared-module.ts";
import { RuntimeError } from "../errors.ts";
import type { FromWorker } from "./messages.ts";
import type { WorkerSlot } from "./worker-slot.ts";

/** What a request gets when the limit of time has passed (policy-runtime 2.7). */
export const timeoutText = "Policy execution interrupted because it exceeded the allowed execution time";

type PreparationMessage = Extract<
  FromWorker<never>,
  { kind: "starting" } | { kind: "prepared" } | { kind: "not-prepared" }
>;

export interface PrepareRequest {
  readonly bytes: Uint8Array;
  readonly protocol: GuestProtocol;
  /** Limit for the module's own start, in milliseconds; compiling does not count. */
  readonly timeoutMs: number;
}

/**
 * Has one module prepared by a worker that does nothing else meanwhile.
 * @throws {RuntimeError} also when the module's start does not end in time: the worker is of no use then
 */
export interface Preparation {
  readonly done: Promise<PreparedModule>;
  receive(message: PreparationMessage): void;
  fail(reason: string): void;
}

export function startPreparation<Answer>(
  slot: WorkerSlot<Answer>,
  { bytes, protocol, timeoutMs }: PrepareRequest,
): Preparation {
  const { promise, resolve, reject } = Promise.withResolvers<PreparedModule>();
  let timer: NodeJS.Timeout | undefined;
  const failed = (message: string): void => {
    clearTimeout(timer);
    reject(new RuntimeError(message, { code: "RUNTIME_INITIALIZATION_FAILED" }));
  };
  slot.post({ kind: "prepare", id: 0, bytes, protocol });
  return {
    done: promise,
    receive(message) {
      switch (message.kind) {
        case "starting":
          timer = setTimeout(() => failed(timeoutText), timeoutMs);
          return;
        case "prepared":
          clearTimeout(timer);
          return resolve(message.prepared);
        case "not-prepared":
          clearTimeout(timer);
          return reject(new RuntimeError(message.message, { code: message.code }));
      }
    },
    fail: failed,
  };
}
