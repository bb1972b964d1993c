import type { Builtin, BuiltinContext, OpaInstance, OpaState } from "@kubewarden-ts/rego";
import type { GuestState } from "./guest-state.ts";

/** How the ABI of OPA reaches an instance: its memory, and the functions it leaves to us. */
export function opaStateOf(
  exports: WebAssembly.Exports,
  state: GuestState,
  builtins: readonly (Builtin | undefined)[],
): OpaState {
  const instance: OpaInstance = {
    exports,
    bytes: () => state.memory.bytes,
    maxTextBytes: state.limits.maxOutputBytes,
  };
  return {
    instance,
    builtins,
    context: builtinContext(state),
    onBuiltinError: (error) => state.host.note?.(error.message),
  };
}

const nanosecondsPerMillisecond = 1_000_000n;

/** Made for each evaluation: time stands still in it, and what is random is so only once. */
export function builtinContext(state: GuestState): BuiltinContext {
  const { environment, limits } = state;
  return {
    nowNs: BigInt(Math.trunc(environment.now())) * nanosecondsPerMillisecond,
    fillRandom: (bytes) => environment.fillRandom(bytes),
    print: (text) => state.host.print(text),
    memo: new Map(),
    maxResultSize: limits.maxOutputBytes,
  };
}
