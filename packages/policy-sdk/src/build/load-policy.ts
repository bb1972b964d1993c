import { PolicySdkError } from "../errors.ts";
import { type Abi, entryOf } from "./abi.ts";
import { type EngineInstance, startEngine } from "./engine-instance.ts";
import { snapshot } from "./snapshot.ts";

/** Names shared with the bundle's entry and with `guest/host-call.ts`. */
export const hostCallName = "__kubewarden_host_call";
export const guestCallName = "__kubewarden_guest_call";

/** Bits of `qjs_compile`'s write flags. */
const stripSource = 16;
const stripDebug = 32;

export interface LoadOptions {
  readonly abi: Abi;
  /** Keeps names and line numbers, for stack traces. */
  readonly debug: boolean;
  readonly memoryLimitBytes: number;
  /** Gets what the policy prints while it is loaded. */
  readonly print: (text: string) => void;
}

/**
 * Loads a bundle into a fresh engine and writes the result back as a module.
 * @param engine - as bytes, and compiled
 * @throws {PolicySdkError} `SDK_BUNDLE`, `SDK_LOAD`, `SDK_SNAPSHOT`
 */
export function loadPolicy(
  engine: { readonly bytes: Uint8Array; readonly module: WebAssembly.Module },
  bundle: string,
  options: LoadOptions,
): Uint8Array<ArrayBuffer> {
  // Compiling leaves traces in memory, so it happens in an engine of its own.
  const bytecode = compile(startEngine(engine.module, options), bundle, options);
  const instance = startEngine(engine.module, options);
  setHostCall(instance);
  evaluate(instance, bytecode);
  instance.api.kw_dispatch.value = guestCall(instance);
  instance.api.qjs_run_gc();
  return snapshot(engine.bytes, instance.exports, ["memory", entryOf[options.abi]]);
}

function compile(
  { api, put, take, takeText, readU32 }: EngineInstance,
  bundle: string,
  { debug }: LoadOptions,
) {
  const code = put(bundle);
  const file = put("policy.js");
  const lengthOut = put(new Uint8Array(4));
  const flags = debug ? stripSource : stripSource | stripDebug;
  const bytecode = api.qjs_compile(code.pointer, code.length, file.pointer, 0, flags, lengthOut.pointer);
  if (bytecode === 0) {
    throw new PolicySdkError(`the policy does not compile: ${takeText(api.qjs_get_exception())}`, {
      code: "SDK_BUNDLE",
    });
  }
  return take(bytecode, readU32(lengthOut.pointer));
}

function setHostCall({ api, put }: EngineInstance): void {
  const name = put(hostCallName);
  const host = api.qjs_new_host_function(name.pointer, name.length, 4);
  const global = api.qjs_get_global();
  api.qjs_set_prop_string(global, name.pointer, host);
  api.qjs_free_value(host);
  api.qjs_free_value(global);
  api.free(name.pointer);
}

function evaluate({ api, put, takeText }: EngineInstance, bytecode: Uint8Array): void {
  const code = put(bytecode);
  const result = api.qjs_eval_bytecode(code.pointer, code.length);
  if (api.qjs_is_exception(result) !== 0) {
    throw new PolicySdkError(`the policy fails while it is loaded: ${takeText(api.qjs_get_exception())}`, {
      code: "SDK_LOAD",
    });
  }
  api.qjs_free_value(result);
  while (api.qjs_execute_pending_job() > 0);
  // Zeroed, so that the bytecode does not stay in the file beside what it was loaded into.
  new Uint8Array(api.memory.buffer, code.pointer, code.length).fill(0);
  api.free(code.pointer);
}

function guestCall({ api, put }: EngineInstance): number {
  const name = put(guestCallName);
  const global = api.qjs_get_global();
  const dispatch = api.qjs_get_prop_string(global, name.pointer);
  api.qjs_free_value(global);
  api.free(name.pointer);
  if (api.qjs_is_function(dispatch) !== 0) return dispatch;
  throw new PolicySdkError("the bundle sets no dispatch function", { code: "SDK_LOAD" });
}
