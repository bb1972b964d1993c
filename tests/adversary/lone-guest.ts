// One guest in this thread, for what needs no worker.
import {
  createGuest,
  defaultLimits,
  type Guest,
  type GuestHost,
  type GuestLimits,
  type GuestProtocol,
  prepareModule,
} from "../../packages/policy-runtime/src/core/index.ts";
import { processEnvironment } from "../../packages/policy-runtime/src/node/environment.ts";
import { assemble } from "../support/text-guest.ts";

export interface LoneGuestOptions {
  readonly limits?: Partial<GuestLimits>;
  readonly hostCallsMayWait?: boolean;
}

/** Prepares a module in WebAssembly text, or its bytes, and makes a guest of it. */
export async function loneGuest(
  module: string | Uint8Array,
  protocol: GuestProtocol,
  { limits: changed = {}, hostCallsMayWait = true }: LoneGuestOptions = {},
): Promise<Guest> {
  const limits = { ...defaultLimits, ...changed };
  const bytes = typeof module === "string" ? assemble(module) : module;
  const environment = processEnvironment;
  const prepared = await prepareModule(bytes, protocol, { environment, limits });
  const builtins = await environment.loadBuiltins?.(prepared.opa?.builtins ?? []);
  return createGuest(prepared, { environment, limits, hostCallsMayWait, builtins });
}

/** A host whose capabilities all answer with `{}`, some time later. */
export const politeHost: GuestHost = {
  call: async () => new TextEncoder().encode("{}"),
  print() {},
  suspended() {},
  resumed() {},
};

/** What a guest said of a request: `answer` or `failure`, and the text. */
export async function ask(guest: Guest, host: Partial<GuestHost> = {}, payload = "{}"): Promise<string> {
  const call = { operation: "validate", pieces: [new TextEncoder().encode(payload)] };
  const result = await guest.call(call, { ...politeHost, ...host });
  return result.kind === "answer"
    ? `answer ${new TextDecoder().decode(result.bytes)}`
    : `failure ${result.text}`;
}
