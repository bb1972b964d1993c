import { type OpaState, opaImports } from "@kubewarden-ts/rego";
import { GuestTrap, RuntimeError } from "../errors.ts";
import type { GuestState } from "./guest-state.ts";
import type { GuestProtocol } from "./prepared-module.ts";
import { wapcImports, wasiHostCall } from "./wapc.ts";
import { wasiImports, wasiModules } from "./wasi/preview1.ts";

type ImportedFunction = (...args: never[]) => unknown;
type ImportTable = Record<string, Record<string, ImportedFunction>>;

/** Imports that may answer with a promise; everything else answers at once. */
const suspending = new Set(["wapc.__host_call", "host.call", "kubewarden:javy/host.call"]);
const sleeping = new Set(wasiModules.map((module) => `${module}.poll_oneoff`));

/** Everything a host offers to guests of this protocol, by import module and name. */
export function hostFunctions(protocol: GuestProtocol, state: GuestState): ImportTable {
  if (protocol === "rego") return { env: opaImports(() => startedOpa(state)) };
  const write = protocol === "wapc" ? printTo(state) : outputTo(state);
  const table: ImportTable = {};
  for (const module of wasiModules) table[module] = wasiImports(state, module, write);
  if (protocol === "wapc") {
    table["wapc"] = wapcImports(state);
  } else {
    const call = wasiHostCall(state);
    table["host"] = { call };
    table["kubewarden:javy/host"] = { call };
  }
  return table;
}

/** While its start function runs, a module cannot be asked for its values. */
function startedOpa({ opa }: GuestState): OpaState {
  if (opa === undefined) throw new GuestTrap("the module calls its host before it is instantiated");
  return opa;
}

/** Guests of waPC have no streams of their own: what they print is logged. */
function printTo(state: GuestState) {
  return (_descriptor: number, bytes: Uint8Array): void => state.printed.push(bytes);
}

function outputTo(state: GuestState) {
  return (descriptor: number, bytes: Uint8Array): void =>
    descriptor === 1 ? state.stdout.push(bytes) : state.printed.push(bytes);
}

/** Whether a guest with these imports can wait in one of them, given what its policy was granted. */
export function canSuspend(
  imports: readonly WebAssembly.ModuleImportDescriptor[],
  hostCallsMayWait: boolean,
): boolean {
  return imports.some(({ module, name }) => {
    const path = `${module}.${name}`;
    return sleeping.has(path) || (hostCallsMayWait && suspending.has(path));
  });
}

/**
 * The import object of an instance. Where the state says that the guest waits, functions that may wait suspend it: it must
 * then be entered through `WebAssembly.promising`.
 */
export function instanceImports(
  table: ImportTable,
  imports: readonly WebAssembly.ModuleImportDescriptor[],
  memory: WebAssembly.Memory | undefined,
  state: GuestState,
): WebAssembly.Imports {
  // Modules choose the names: `__proto__` is one like any other.
  const object: WebAssembly.Imports = Object.create(null);
  for (const { module, name, kind } of imports) {
    const functions: Record<string, unknown> = object[module] ?? Object.create(null);
    object[module] = functions as WebAssembly.Imports[string];
    functions[name] = kind === "memory" ? memory : importedFunction(table, module, name, state);
  }
  return object;
}

function importedFunction(table: ImportTable, module: string, name: string, state: GuestState): unknown {
  const path = `${module}.${name}`;
  const found = offered(table, module, name);
  if (found === undefined) throw unknownImports([path]);
  const mayWait = suspending.has(path) || sleeping.has(path);
  const guarded = endsForGood(found, state);
  return state.waits && mayWait ? new WebAssembly.Suspending(guarded) : guarded;
}

/** Nothing that objects of JavaScript have by birth: `constructor.constructor` would compile JavaScript. */
function offered(table: ImportTable, module: string, name: string): ImportedFunction | undefined {
  const functions = Object.hasOwn(table, module) ? table[module] : undefined;
  return functions !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/**
 * What an import throws ends the evaluation: a guest may catch it, as `catch_all` does, but it reaches its host no more, and
 * what it answers does not count.
 */
function endsForGood(called: ImportedFunction, state: GuestState): ImportedFunction {
  const call = called as (...args: unknown[]) => unknown;
  const end = (error: unknown): never => {
    state.ended ??= error instanceof Error ? error : new GuestTrap(String(error));
    throw state.ended;
  };
  return (...args: unknown[]) => {
    if (state.ended !== undefined) throw state.ended;
    try {
      const result = call(...args);
      return result instanceof Promise ? result.catch(end) : result;
    } catch (error) {
      return end(error);
    }
  };
}

/** Refuses a module that wants what no host offers, naming all of it. */
export function checkImports(
  table: ImportTable,
  imports: readonly { module: string; name: string; kind: string }[],
): void {
  const unknown = imports.filter(({ module, name, kind }) =>
    kind === "function" ? offered(table, module, name) === undefined : kind !== "memory",
  );
  if (unknown.length > 0) throw unknownImports(unknown.map(({ module, name }) => `${module}.${name}`));
}

function unknownImports(paths: readonly string[]): RuntimeError {
  return new RuntimeError(`the module imports what no host offers: ${paths.join(", ")}`, {
    code: "RUNTIME_MODULE_REFUSED",
  });
}
