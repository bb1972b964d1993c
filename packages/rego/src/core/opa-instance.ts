import { RegoError } from "../errors.ts";

/** An instance of a module that OPA compiled, as far as the ABI goes (policy-runtime 4.1). */
export interface OpaInstance {
  readonly exports: WebAssembly.Exports;
  /** All of its memory; asked anew after every call, which may have made it larger. */
  bytes(): Uint8Array;
  /** Bytes of a text that is read from it. */
  readonly maxTextBytes: number;
}

/** Address of a value in the module's memory. */
export type ValueAddress = number;

/** What a module must export to be evaluated. */
export const opaExports = [
  "builtins",
  "entrypoints",
  "eval",
  "opa_eval_ctx_get_result",
  "opa_eval_ctx_new",
  "opa_eval_ctx_set_data",
  "opa_eval_ctx_set_entrypoint",
  "opa_eval_ctx_set_input",
  "opa_heap_ptr_get",
  "opa_heap_ptr_set",
  "opa_json_dump",
  "opa_json_parse",
  "opa_malloc",
] as const;
export type OpaFunction = (typeof opaExports)[number] | "opa_value_dump" | "opa_value_parse";

/** What answers nothing. */
const silent: ReadonlySet<OpaFunction> = new Set([
  "opa_eval_ctx_set_data",
  "opa_eval_ctx_set_entrypoint",
  "opa_eval_ctx_set_input",
  "opa_heap_ptr_set",
]);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Calls a function of the ABI; addresses come back as unsigned numbers. */
export function callOpa({ exports }: OpaInstance, name: OpaFunction, ...operands: number[]): number {
  const called = exports[name] as (...operands: number[]) => unknown;
  const result = called(...operands);
  if (typeof result === "number") return result >>> 0;
  if (result === undefined && silent.has(name)) return 0;
  throw failed(`${name} answered in another type than the ABI says`);
}

export function hasOpaFunction({ exports }: OpaInstance, name: OpaFunction): boolean {
  return typeof exports[name] === "function";
}

/**
 * Puts a document into the module's memory and has the module read it.
 * @param pieces - JSON text, joined there
 * @param parse - `opa_value_parse` also reads sets and keys of any type
 * @throws {RegoError} `REGO_EVALUATION_FAILED` when the module cannot read it
 */
export function loadValue(
  instance: OpaInstance,
  pieces: readonly Uint8Array[],
  parse: "opa_json_parse" | "opa_value_parse" = "opa_json_parse",
): ValueAddress {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const start = callOpa(instance, "opa_malloc", length);
  const memory = instance.bytes();
  if (start + length > memory.length) throw failed("opa_malloc gave memory that is not there");
  let at = start;
  for (const piece of pieces) {
    memory.set(piece, at);
    at += piece.length;
  }
  const value = callOpa(instance, parse, start, length);
  if (value === 0) throw failed("Rego wasm error: Failed to load json in memory");
  return value;
}

/** {@link loadValue} for a text of Rego values. */
export function loadText(instance: OpaInstance, text: string, parse: "opa_json_parse" | "opa_value_parse") {
  return loadValue(instance, [encoder.encode(text)], parse);
}

/** The JSON text of a value, as a copy. */
export function dumpJson(instance: OpaInstance, value: ValueAddress): Uint8Array {
  return textAt(instance, callOpa(instance, "opa_json_dump", value)).slice();
}

/** The text of a value in the syntax of Rego values, or in JSON from a module that writes nothing else. */
export function dumpText(instance: OpaInstance, value: ValueAddress): string {
  const dump = hasOpaFunction(instance, "opa_value_dump") ? "opa_value_dump" : "opa_json_dump";
  return decode(textAt(instance, callOpa(instance, dump, value)));
}

/** A text of the module that ends with a zero byte: what `opa_abort` and `opa_println` are given. */
export function readText(instance: OpaInstance, address: number): string {
  return decode(textAt(instance, address >>> 0));
}

/** The bytes from an address to the next zero byte: a view. */
function textAt(instance: OpaInstance, address: number): Uint8Array {
  const { maxTextBytes } = instance;
  const memory = instance.bytes();
  const text = memory.subarray(address, address + maxTextBytes + 1);
  const length = address === 0 ? -1 : text.indexOf(0);
  if (length >= 0) return text.subarray(0, length);
  if (address === 0 || text.length <= maxTextBytes) throw failed("the module gave the address of no text");
  throw new RegoError(`the module gave a text of more than ${maxTextBytes} bytes`, {
    code: "REGO_OUTPUT_LIMIT",
  });
}

function decode(text: Uint8Array): string {
  try {
    return decoder.decode(text);
  } catch {
    throw failed("the module gave a text that is not UTF-8");
  }
}

function failed(message: string): RegoError {
  return new RegoError(message, { code: "REGO_EVALUATION_FAILED" });
}
