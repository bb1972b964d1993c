import type { OpaState } from "@kubewarden-ts/rego";
import { ByteQueue } from "./byte-queue.ts";
import type { GuestMemory } from "./guest-memory.ts";
import type { GuestEnvironment, GuestHost, GuestLimits } from "./host.ts";
import { LimitedOutput, PrintedText } from "./output.ts";

const nothing = new Uint8Array(0);

/** What the imports of one instance work on: its memory, and everything that belongs to the call under way. */
export interface GuestState {
  memory: GuestMemory;
  readonly environment: GuestEnvironment;
  readonly limits: GuestLimits;
  /** Whether imports may answer with a promise, which suspends the guest. */
  waits: boolean;
  host: GuestHost;
  /** waPC: what `__guest_request` hands over. The payload is in pieces, so that nothing is copied twice. */
  operation: Uint8Array;
  payload: readonly Uint8Array[];
  response: Uint8Array | undefined;
  guestError: string | undefined;
  hostResponse: Uint8Array | undefined;
  hostError: Uint8Array | undefined;
  /** Of a Rego module, once it is instantiated. */
  opa: OpaState | undefined;
  /** WASI: command words and standard streams. */
  args: readonly Uint8Array[];
  readonly stdin: ByteQueue;
  readonly stdout: LimitedOutput;
  readonly printed: PrintedText;
  /** Made during the call. */
  hostCalls: number;
  hostAnswerBytes: number;
  /** The first read of standard input ends the call, see `StopAtRead`. */
  stopsAtRead: boolean;
  /** What an import threw first: decides how the call ended even when the guest caught the exception. */
  ended: Error | undefined;
  /** Nobody waits for the call any more: the guest ends as soon as it turns to its host. */
  abandoned: boolean;
  /** Ends a sleep that is under way. */
  cancelSleep: ((reason: Error) => void) | undefined;
}

const absentHost: GuestHost = {
  call() {
    throw new Error("Missing host callback function!");
  },
  print() {},
  suspended() {},
  resumed() {},
};

export function createGuestState(
  memory: GuestMemory,
  environment: GuestEnvironment,
  limits: GuestLimits,
): GuestState {
  return {
    memory,
    environment,
    limits,
    waits: false,
    host: absentHost,
    operation: nothing,
    payload: [],
    response: undefined,
    guestError: undefined,
    hostResponse: undefined,
    hostError: undefined,
    opa: undefined,
    args: [],
    stdin: new ByteQueue(),
    stdout: new LimitedOutput("standard output", limits.maxOutputBytes),
    printed: new PrintedText(limits.maxPrintBytes),
    hostCalls: 0,
    hostAnswerBytes: 0,
    stopsAtRead: false,
    ended: undefined,
    abandoned: false,
    cancelSleep: undefined,
  };
}

/** Forgets the call before; `host` serves the one to come. */
export function resetGuestState(state: GuestState, host: GuestHost): void {
  state.host = host;
  state.operation = nothing;
  state.payload = [];
  state.response = undefined;
  state.guestError = undefined;
  state.hostResponse = undefined;
  state.hostError = undefined;
  state.args = [];
  state.stdin.clear();
  state.stdout.take();
  state.printed.take();
  state.hostCalls = 0;
  state.hostAnswerBytes = 0;
  state.ended = undefined;
  state.abandoned = false;
  state.cancelSleep = undefined;
}
