import { GuestExit, RuntimeError } from "../errors.ts";
import type { Ended } from "./ended.ts";
import { trapText } from "./guest-error.ts";
import type { GuestCall } from "./host.ts";
import type { Instance } from "./instance.ts";

const encoder = new TextEncoder();
/** `_initialize` is how a reactor starts; it comes before the two that waPC itself knows (policy-runtime 2.2). */
const startFunctions = ["_initialize", "_start", "wapc_init"] as const;

/** Calls `__guest_call` and reads how it ended (policy-runtime 2.3). */
export function callWapc(instance: Instance, { operation, pieces }: GuestCall): Ended | Promise<Ended> {
  const { state } = instance;
  state.operation = encoder.encode(operation);
  state.payload = pieces;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const returned = instance.enter("__guest_call", state.operation.length, length);
  return returned instanceof Promise
    ? returned.then((code) => wapcResult(instance, code as number))
    : wapcResult(instance, returned as number);
}

function wapcResult({ state }: Instance, returned: number): Ended {
  state.payload = [];
  if (state.ended !== undefined) throw state.ended;
  if (returned !== 0 && state.response !== undefined) {
    return { kind: "answer", bytes: state.response };
  }
  const silence = returned === 0 ? "No error message set" : "No error message OR response set";
  const outcome = returned === 0 ? "call failure" : "call success";
  const text = `Guest call failure: ${state.guestError ?? `${silence} for ${outcome}`}`;
  return { kind: "failure", text };
}

/**
 * Runs the functions with which a waPC module starts. An orderly exit of `_start` is no failure: the instance
 * stays usable.
 * @throws {RuntimeError} `RUNTIME_INITIALIZATION_FAILED`
 */
export function initializeWapc(instance: Instance): Promise<void> | undefined {
  const names = startFunctions.filter((name) => instance.has(name));
  for (const [index, name] of names.entries()) {
    const started = enterStart(instance, name);
    if (started !== undefined) return started.then(() => startRest(instance, names.slice(index + 1)));
  }
  return undefined;
}

async function startRest(instance: Instance, names: readonly string[]): Promise<void> {
  for (const name of names) await enterStart(instance, name);
}

function enterStart(instance: Instance, name: string): Promise<void> | undefined {
  try {
    const returned = instance.enter(name);
    if (!(returned instanceof Promise)) return throwIfEnded(instance);
    return returned.then(() => throwIfEnded(instance)).catch((error) => acceptExit(instance, name, error));
  } catch (error) {
    acceptExit(instance, name, error);
    return undefined;
  }
}

/** A guest that caught what ended it has not started. */
function throwIfEnded({ state }: Instance): undefined {
  if (state.ended !== undefined) throw state.ended;
}

function acceptExit({ state }: Instance, name: string, error: unknown): void {
  if (name === "_start" && error instanceof GuestExit && error.exitCode === 0) {
    state.ended = undefined;
    return;
  }
  throw new RuntimeError(`Initialization failed: ${trapText(error)}`, {
    code: "RUNTIME_INITIALIZATION_FAILED",
    cause: error,
  });
}
