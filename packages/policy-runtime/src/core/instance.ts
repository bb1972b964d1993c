import { type BuiltinTable, resolveBuiltins } from "@kubewarden-ts/rego";
import { RuntimeError } from "../errors.ts";
import { type ClearMemory, createClearMemory } from "./clear-memory.ts";
import { GuestMemory } from "./guest-memory.ts";
import { createGuestState, type GuestState } from "./guest-state.ts";
import type { GuestEnvironment, GuestLimits } from "./host.ts";
import { canSuspend, hostFunctions, instanceImports } from "./imports.ts";
import { opaStateOf } from "./opa-guest.ts";
import type { PreparedModule } from "./prepared-module.ts";

export interface GuestOptions {
  readonly environment: GuestEnvironment;
  readonly limits: GuestLimits;
  /** Whether the policy was granted host calls that wait. */
  readonly hostCallsMayWait: boolean;
  /** Of a Rego module: the functions it leaves to its host. */
  readonly builtins?: BuiltinTable | undefined;
}

/** An instance and how to enter it. */
export interface Instance {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  readonly clearMemory: ClearMemory;
  readonly state: GuestState;
  /** Calls an export; answers with a promise where the guest can wait. */
  enter(name: string, ...args: number[]): unknown;
  readonly has: (name: string) => boolean;
}

/** Makes an instance: its memory, its imports, its start function. */
export function instantiate(
  prepared: Omit<PreparedModule, "isolation">,
  { environment, limits, hostCallsMayWait, builtins = {} }: GuestOptions,
): Instance {
  const { module, layout, protocol, opa } = prepared;
  const imports = WebAssembly.Module.imports(module);
  const waits = canSuspend(imports, hostCallsMayWait);
  const own =
    layout.memory &&
    new WebAssembly.Memory({ initial: layout.memory.initialPages, maximum: layout.memory.maximumPages });
  const state = createGuestState(new GuestMemory(own ?? placeholderMemory()), environment, limits);
  state.waits = waits;
  const table = hostFunctions(protocol, state);
  const { exports } = new WebAssembly.Instance(module, instanceImports(table, imports, own, state));
  if (state.ended !== undefined) throw state.ended;
  const memory = own ?? exportedMemory(exports);
  if (own === undefined) state.memory = new GuestMemory(memory);
  if (protocol === "rego") state.opa = opaStateOf(exports, state, opa ? resolveBuiltins(opa, builtins) : []);
  return {
    exports,
    memory,
    clearMemory: lazyClearMemory(memory),
    state,
    enter: entries(exports, waits),
    has: (name) => name in exports,
  };
}

/** An instance that serves one call needs none. */
function lazyClearMemory(memory: WebAssembly.Memory): ClearMemory {
  let clear: ClearMemory | undefined;
  return (start, end) => {
    clear ??= createClearMemory(memory);
    clear(start, end);
  };
}

/** Stands in while a module with a memory of its own runs its start function: every pointer is out of bounds. */
function placeholderMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 0 });
}

function exportedMemory(exports: WebAssembly.Exports): WebAssembly.Memory {
  const memory = exports["memory"];
  if (memory instanceof WebAssembly.Memory) return memory;
  throw new RuntimeError("Cannot find 'mem' export", { code: "RUNTIME_MODULE_REFUSED" });
}

function entries(exports: WebAssembly.Exports, waits: boolean): Instance["enter"] {
  const made = new Map<string, (...args: number[]) => unknown>();
  return (name, ...args) => {
    let entry = made.get(name);
    if (entry === undefined) {
      const found = exports[name] as (...args: number[]) => unknown;
      entry = waits ? WebAssembly.promising(found) : found;
      made.set(name, entry);
    }
    return entry(...args);
  };
}
