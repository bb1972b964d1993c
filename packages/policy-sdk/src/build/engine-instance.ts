import { PolicySdkError } from "../errors.ts";
import { buildWorld } from "./build-world.ts";

/** The engine's C API, as far as a build needs it; numbers are pointers, lengths and flags. */
interface EngineApi {
  readonly memory: WebAssembly.Memory;
  readonly __stack_pointer: WebAssembly.Global<number>;
  readonly kw_dispatch: WebAssembly.Global<number>;
  _initialize(): void;
  malloc(size: number): number;
  free(pointer: number): void;
  qjs_init(): number;
  qjs_set_memory_limit(bytes: number): void;
  qjs_compile(
    code: number,
    length: number,
    file: number,
    evalFlags: number,
    writeFlags: number,
    out: number,
  ): number;
  qjs_eval_bytecode(bytecode: number, length: number): number;
  qjs_execute_pending_job(): number;
  qjs_run_gc(): void;
  qjs_new_host_function(name: number, length: number, argc: number): number;
  qjs_get_global(): number;
  qjs_get_prop_string(object: number, name: number): number;
  qjs_set_prop_string(object: number, name: number, value: number): number;
  qjs_get_string_len(value: number, lengthOut: number): number;
  qjs_free_cstring(text: number): void;
  qjs_free_value(value: number): void;
  qjs_is_exception(value: number): number;
  qjs_is_function(value: number): number;
  qjs_get_exception(): number;
}

/** An engine that runs on the author's machine, and helpers to reach into its memory. */
export interface EngineInstance {
  readonly api: EngineApi;
  readonly exports: WebAssembly.Exports;
  /** Copies bytes into the engine's memory, with a NUL behind them. The caller frees. */
  put(bytes: Uint8Array | string): { pointer: number; length: number };
  /** A copy of bytes in the engine's memory. */
  take(pointer: number, length: number): Uint8Array<ArrayBuffer>;
  readU32(pointer: number): number;
  /** The text of a value, which is freed. */
  takeText(value: number): string;
}

/**
 * An engine with the world of a build around it: the clock stands at zero, there is no randomness, and whatever a
 * policy asks of its host throws, naming what was asked for.
 * @param options.print - gets what the policy prints
 */
export function startEngine(
  module: WebAssembly.Module,
  { memoryLimitBytes, print }: { memoryLimitBytes: number; print: (text: string) => void },
): EngineInstance {
  const reached: { memory?: WebAssembly.Memory } = {};
  const imports = buildWorld(module, { memory: () => reached.memory!.buffer, print });
  const engine = wrap(new WebAssembly.Instance(module, imports).exports);
  reached.memory = engine.api.memory;
  engine.api._initialize();
  const failed = engine.api.qjs_init() !== 0;
  if (failed) throw new PolicySdkError("the engine does not start", { code: "SDK_SNAPSHOT" });
  engine.api.qjs_set_memory_limit(memoryLimitBytes);
  return engine;
}

function wrap(exports: WebAssembly.Exports): EngineInstance {
  const api = exports as unknown as EngineApi; // the module's checksum says what it exports
  const view = () => new Uint8Array(api.memory.buffer);
  const readU32 = (pointer: number) => new DataView(api.memory.buffer).getUint32(pointer, true);
  const take = (pointer: number, length: number) => view().slice(pointer, pointer + length);
  return {
    api,
    exports,
    readU32,
    take,
    put(source) {
      const bytes = typeof source === "string" ? new TextEncoder().encode(source) : source;
      const pointer = api.malloc(bytes.length + 1);
      view().set(bytes, pointer);
      view()[pointer + bytes.length] = 0;
      return { pointer, length: bytes.length };
    },
    takeText(value) {
      const lengthOut = api.malloc(4);
      const text = api.qjs_get_string_len(value, lengthOut);
      const bytes = text === 0 ? new Uint8Array() : take(text, readU32(lengthOut));
      if (text !== 0) api.qjs_free_cstring(text);
      api.free(lengthOut);
      api.qjs_free_value(value);
      return new TextDecoder().decode(bytes);
    },
  };
}
