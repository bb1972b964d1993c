import type { Logger } from "@kubewarden-ts/base";
import type { GuestCall, GuestResult, HostCall } from "../core/host.ts";

/** Does on the main thread what a host capability does; the input is already checked and decoded. */
export type ServeCapability = (path: string, input: unknown, signal?: AbortSignal) => Promise<unknown>;

/**
 * What a worker does around a guest: reads the request, says what the guest is asked, and makes the answer of
 * what it said. Context, action, body and answer belong to the layer above; they cross threads as plain data.
 */
export interface GuestHandler<Context, Answer> {
  /** Once per policy and worker. */
  open(context: Context, host: { serve: ServeCapability; log: Logger }): PolicyHandler<Answer>;
}

export interface PolicyHandler<Answer> {
  /** Answers at once or with a promise; what it throws or rejects with is the error text the guest gets. */
  hostCall(call: HostCall): Uint8Array | Promise<Uint8Array>;
  /** Text the guest printed. */
  print(text: string): void;
  /** Why a built-in function of Rego had no result. */
  note?(text: string): void;
  begin(action: string, body: Uint8Array): Begun<Answer>;
}

export type Begun<Answer> =
  /** The guest need not be asked. */
  | { kind: "answer"; answer: Answer }
  | {
      kind: "ask";
      call: GuestCall;
      /** Answers the host calls of this evaluation, in place of the policy's `hostCall`. */
      hostCall?: PolicyHandler<Answer>["hostCall"];
      conclude(result: GuestResult): Answer;
    }
  /** Something has to be asked of the main thread first; other evaluations go on meanwhile. */
  | { kind: "wait"; until: Promise<Begun<Answer>> };
