import { RegoError } from "../errors.ts";
import type { Builtin, BuiltinTable } from "./builtin.ts";
import {
  callOpa,
  dumpJson,
  loadValue,
  type OpaInstance,
  opaExports,
  type ValueAddress,
} from "./opa-instance.ts";

/** What a module says of itself. */
export interface OpaModule {
  /** Names of the functions that it leaves to its host, by the number it calls them by. */
  readonly builtins: readonly string[];
}

const supportedAbi = { major: 1, maxMinor: 3 };

/** Why a module cannot be evaluated, by its exports; `undefined` when nothing is missing. */
export function missingOpaExports(isFunction: (name: string) => boolean): string | undefined {
  const missing = opaExports.filter((name) => !isFunction(name));
  return missing.length === 0 ? undefined : `not a module of Rego: it does not export ${missing.join(", ")}`;
}

/**
 * Reads what a fresh instance says of itself; its heap is left as it was.
 * @throws {RegoError} `REGO_MODULE_REFUSED` for an ABI we do not know, or without an entrypoint
 */
export function describeOpaModule(instance: OpaInstance): OpaModule {
  checkAbi(instance.exports);
  const heap = callOpa(instance, "opa_heap_ptr_get");
  const entrypoints = readNames(instance, "entrypoints");
  if (!entrypoints.has(0)) {
    const known = [...entrypoints].map(([id, name]) => `${name}: ${id}`).join(", ");
    throw refused(`Rego wasm error: Cannot find the specified entrypoint 0 inside of {${known}}`);
  }
  const named = readNames(instance, "builtins");
  callOpa(instance, "opa_heap_ptr_set", heap);
  const builtins: string[] = [];
  for (const [id, name] of named) builtins[id] = name;
  return { builtins: Array.from(builtins, (name) => name ?? "") };
}

/**
 * The functions that a module asks for.
 * @throws {RegoError} `REGO_MODULE_REFUSED` naming all that are not there (policy-runtime 4.2)
 */
export function resolveBuiltins({ builtins }: OpaModule, table: BuiltinTable): (Builtin | undefined)[] {
  const missing = builtins.filter((name) => name !== "" && !Object.hasOwn(table, name));
  if (missing.length > 0) throw refused(`Missing Rego builtins: ${missing.sort().join(", ")}`);
  return builtins.map((name) => (name === "" ? undefined : table[name]));
}

/** Puts the data document in place, once for many evaluations. */
export function loadData(instance: OpaInstance, pieces: readonly Uint8Array[]): ValueAddress {
  return loadValue(instance, pieces);
}

/**
 * Evaluates the first entrypoint.
 * @param input - JSON text in pieces
 * @returns the result set as JSON: an array of `{"result": …}`, empty when the entrypoint is undefined
 * @throws {RegoError} `REGO_EVALUATION_FAILED`, `REGO_LIMIT`; traps as the engine throws them
 */
export function evaluateOpa(
  instance: OpaInstance,
  { data, input }: { data: ValueAddress; input: readonly Uint8Array[] },
): Uint8Array {
  const inputAddress = loadValue(instance, input);
  const context = callOpa(instance, "opa_eval_ctx_new");
  callOpa(instance, "opa_eval_ctx_set_input", context, inputAddress);
  callOpa(instance, "opa_eval_ctx_set_data", context, data);
  callOpa(instance, "opa_eval_ctx_set_entrypoint", context, 0);
  const code = callOpa(instance, "eval", context);
  if (code !== 0) {
    throw new RegoError(`Rego wasm error: eval ended with code ${code | 0}`, {
      code: "REGO_EVALUATION_FAILED",
    });
  }
  return dumpJson(instance, callOpa(instance, "opa_eval_ctx_get_result", context));
}

function checkAbi(exports: WebAssembly.Exports): void {
  const major = globalValue(exports["opa_wasm_abi_version"]) ?? supportedAbi.major;
  const minor = globalValue(exports["opa_wasm_abi_minor_version"]) ?? 0;
  if (major === supportedAbi.major && minor <= supportedAbi.maxMinor) return;
  throw refused(
    `the module speaks version ${major}.${minor} of OPA's ABI, known are 1.0 to ${supportedAbi.major}.${supportedAbi.maxMinor}`,
  );
}

function globalValue(exported: WebAssembly.ExportValue | undefined): number | undefined {
  return exported instanceof WebAssembly.Global ? Number(exported.value) : undefined;
}

/** A map of names to numbers, turned around. */
function readNames(instance: OpaInstance, list: "builtins" | "entrypoints"): Map<number, string> {
  const text = new TextDecoder().decode(dumpJson(instance, callOpa(instance, list)));
  const names: unknown = JSON.parse(text);
  if (typeof names !== "object" || names === null) throw refused(`${list}() gave no names`);
  const byId = new Map<number, string>();
  for (const [name, id] of Object.entries(names)) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= maxNames) {
      throw refused(`${list}() gave ${name} the number ${String(id)}`);
    }
    byId.set(id, name);
  }
  return byId;
}

/** Numbers are given one after the other: OPA has some 200 functions. */
const maxNames = 10_000;

function refused(message: string): RegoError {
  return new RegoError(message, { code: "REGO_MODULE_REFUSED" });
}
