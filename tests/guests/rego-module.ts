import { readFileSync } from "node:fs";
import { guestModulePath, type RegoGuest } from "../support/requirements.ts";

/** A module that OPA compiled, as bare as it comes: no built-in functions of a host. */
export interface RegoModule {
  /** names of the functions that the module asks its host for */
  hostFunctions: string[];
  /** what the entry point answers: one `{ result }`, or nothing where it is undefined */
  evaluate(input: unknown, data: unknown): unknown;
}

/** Instantiates a Rego guest; only where `requires("opa")` does not skip. */
export async function loadRegoModule(name: RegoGuest): Promise<RegoModule> {
  const memory = new WebAssembly.Memory({ initial: 5 });
  const host = () => {
    throw new Error("no functions of a host here");
  };
  const names = ["opa_abort", "opa_println", ...[0, 1, 2, 3, 4].map((arity) => `opa_builtin${arity}`)];
  const env = { memory, ...Object.fromEntries(names.map((each) => [each, host])) };
  const module = await WebAssembly.compile(readFileSync(guestModulePath(name)));
  const instance = new WebAssembly.Instance(module, { env });
  const call = (function_: string, ...args: number[]): number => {
    const found = instance.exports[function_];
    if (typeof found !== "function") throw new Error(`${name} exports no ${function_}`);
    return Number(Reflect.apply(found, undefined, args));
  };
  const read = (address: number): unknown => {
    const text = Buffer.from(memory.buffer, call("opa_json_dump", address));
    return JSON.parse(text.toString("utf8", 0, text.indexOf(0)));
  };
  const write = (value: unknown): number => {
    const bytes = Buffer.from(JSON.stringify(value));
    const address = call("opa_malloc", bytes.length);
    new Uint8Array(memory.buffer).set(bytes, address);
    return call("opa_json_parse", address, bytes.length);
  };
  return {
    hostFunctions: Object.keys(Object(read(call("builtins")))).sort(),
    evaluate(input, data) {
      const context = call("opa_eval_ctx_new");
      call("opa_eval_ctx_set_input", context, write(input));
      call("opa_eval_ctx_set_data", context, write(data));
      call("opa_eval_ctx_set_entrypoint", context, 0);
      call("eval", context);
      return read(call("opa_eval_ctx_get_result", context));
    },
  };
}
