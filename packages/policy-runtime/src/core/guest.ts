import { GuestExit, RuntimeError } from "../errors.ts";
import { trapText } from "./guest-error.ts";
import { GuestMemory } from "./guest-memory.ts";
import { createGuestState, type GuestState, resetGuestState } from "./guest-state.ts";
import type { GuestEnvironment, GuestHost, GuestLimits, GuestResult } from "./host.ts";
import { abandonedTrap } from "./host-call.ts";
import { canSuspend, hostFunctions, instanceImports } from "./imports.ts";
import type { PreparedModule } from "./prepared-module.ts";
import { adoptSnapshot, restoreSnapshot } from "./snapshot.ts";
import { callWapc, initializeWapc } from "./wapc-call.ts";
import { runWasi } from "./wasi-call.ts";

/** One instance of a policy's module. It serves one call at a time. */
export interface Guest {
  /**
   * Runs one operation to its end. Answers with a promise only when the guest can wait.
   * @param pieces - the payload, in pieces that are joined in the guest's memory
   */
  call(operation: string, pieces: readonly Uint8Array[], host: GuestHost): GuestResult | Promise<GuestResult>;
  /** Puts the instance back to its first state; false when it has to be thrown away instead. */
  restore(): boolean;
  /**
   * Ends the call under way: a sleep at once, a host call when the host answers or fails it. The instance is not
   * used again.
   */
  abandon(): void;
}

export interface GuestOptions {
  readonly environment: GuestEnvironment;
  readonly limits: GuestLimits;
  /** Whether the policy was granted host calls that wait. */
  readonly hostCallsMayWait: boolean;
}

/** An instance and how to enter it. */
export interface Instantiated {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  readonly state: GuestState;
  /** Calls an export; answers with a promise where the guest can wait. */
  enter(name: string, ...args: number[]): unknown;
  readonly has: (name: string) => boolean;
}

/** Makes an instance: its memory, its imports, its start function. */
export function instantiate(
  prepared: Omit<PreparedModule, "isolation">,
  { environment, limits, hostCallsMayWait }: GuestOptions,
): Instantiated {
  const { module, layout, protocol } = prepared;
  const imports = WebAssembly.Module.imports(module);
  const waits = canSuspend(imports, hostCallsMayWait);
  const own =
    layout.memory &&
    new WebAssembly.Memory({ initial: layout.memory.initialPages, maximum: layout.memory.maximumPages });
  const state = createGuestState(new GuestMemory(own ?? placeholderMemory()), environment, limits);
  state.waits = waits;
  const table = hostFunctions(protocol, state);
  const { exports } = new WebAssembly.Instance(module, instanceImports(table, imports, own, waits));
  const memory = own ?? exportedMemory(exports);
  if (own === undefined) state.memory = new GuestMemory(memory);
  return { exports, memory, state, enter: entries(exports, waits), has: (name) => name in exports };
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

function entries(exports: WebAssembly.Exports, waits: boolean): Instantiated["enter"] {
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

/** Makes a guest that is ready to be called. */
export function createGuest(prepared: PreparedModule, options: GuestOptions): Guest {
  const { isolation, protocol } = prepared;
  const instance = instantiate(prepared, options);
  const snapshot = isolation.kind === "restore" ? isolation.snapshot : undefined;
  if (snapshot !== undefined) adoptSnapshot(snapshot, instance.memory, instance.exports);
  const needsStart = snapshot === undefined && protocol === "wapc";
  let intact = true;

  const run = (operation: string, pieces: readonly Uint8Array[]): GuestResult | Promise<GuestResult> =>
    protocol === "wapc" ? callWapc(instance, operation, pieces) : runWasi(instance, operation, pieces);

  const failed = (error: unknown): GuestResult => {
    intact = intact && error instanceof GuestExit;
    const printed = instance.state.printed.take();
    if (error instanceof RuntimeError) return { kind: "failure", text: error.message, printed };
    const text = trapText(error);
    if (protocol === "wapc") return { kind: "failure", text: `Guest call failure: ${text}`, printed };
    return { kind: "failure", text: printed.trim() === "" ? text : printed.trim(), printed };
  };

  return {
    call(operation, pieces, host) {
      resetGuestState(instance.state, host);
      try {
        const started = needsStart ? initializeWapc(instance) : undefined;
        const result =
          started === undefined ? run(operation, pieces) : started.then(() => run(operation, pieces));
        return result instanceof Promise ? result.catch(failed) : result;
      } catch (error) {
        return failed(error);
      }
    },
    restore() {
      if (!intact || snapshot === undefined) return false;
      return restoreSnapshot(snapshot, instance.memory, instance.exports);
    },
    abandon() {
      intact = false;
      instance.state.abandoned = true;
      instance.state.cancelSleep?.(abandonedTrap());
    },
  };
}
