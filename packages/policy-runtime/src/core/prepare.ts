import { rewriteForRuntime } from "@kubewarden-ts/wasm";
import { RuntimeError } from "../errors.ts";
import { type GuestOptions, type Instantiated, instantiate } from "./guest.ts";
import { trapText } from "./guest-error.ts";
import { GuestMemory } from "./guest-memory.ts";
import { createGuestState } from "./guest-state.ts";
import type { GuestHost } from "./host.ts";
import { checkImports, hostFunctions } from "./imports.ts";
import type { GuestProtocol, Isolation, PreparedModule } from "./prepared-module.ts";
import { takeSnapshot } from "./snapshot.ts";
import { initializeWapc } from "./wapc-call.ts";

/** What a module must offer to be run (policy-runtime 2.2, 3). */
const requiredExport = { wapc: "__guest_call", wasi: "_start" } as const;

/**
 * Makes a module ready to be run: checks it, rewrites it so that its memory is capped and its state can be put
 * back, compiles it, starts one instance and keeps that instance's state as the snapshot of all others.
 * @param options.onStart - called before the module's own code runs, from when on it may take for ever
 * @throws {RuntimeError} `RUNTIME_MODULE_REFUSED`, `RUNTIME_INITIALIZATION_FAILED`
 */
export async function prepareModule(
  bytes: Uint8Array,
  protocol: GuestProtocol,
  { environment, limits, onStart }: Pick<GuestOptions, "environment" | "limits"> & { onStart?: () => void },
): Promise<PreparedModule> {
  const rewritten = rewrite(bytes, limits.maxMemoryPages);
  const state = createGuestState(
    new GuestMemory(new WebAssembly.Memory({ initial: 0 })),
    environment,
    limits,
  );
  checkImports(hostFunctions(protocol, state), rewritten.imports);
  checkExports(rewritten, protocol);
  const { memory, globals, virtualPages } = rewritten;
  const compiled = {
    protocol,
    module: compile(rewritten.wasm),
    layout: { memory, globals, virtualPages },
  };
  const options = { environment, limits, hostCallsMayWait: false };
  onStart?.();
  const isolation = await isolate(compiled, rewritten.isolation, options);
  return { ...compiled, isolation };
}

function rewrite(bytes: Uint8Array, maxPages: number) {
  try {
    return rewriteForRuntime(bytes, { maxPages });
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error), error);
  }
}

function compile(wasm: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(wasm);
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error), error);
  }
}

function checkExports(
  { exports, exportsMemory }: { exports: readonly { name: string; kind: string }[]; exportsMemory: boolean },
  protocol: GuestProtocol,
): void {
  const required = requiredExport[protocol];
  if (!exports.some(({ name, kind }) => name === required && kind === "function")) {
    throw refused(
      protocol === "wapc"
        ? `Guest call function (${required}) not exported by wasm module.`
        : `cannot find \`${required}\` function inside of module`,
    );
  }
  if (!exportsMemory)
    throw refused("Cannot find 'mem' export: the module does not export a memory named memory");
}

async function isolate(
  compiled: Omit<PreparedModule, "isolation">,
  decided: { kind: "restore" } | { kind: "fresh"; reason: string },
  options: GuestOptions,
): Promise<Isolation> {
  if (decided.kind === "fresh") return decided;
  const instance = start(compiled, options);
  const host = startHost();
  instance.state.host = host;
  if (compiled.protocol === "wapc") await initializeWapc(instance);
  if (host.wasCalled()) return { kind: "fresh", reason: "calls its host while it starts" };
  const { globals, virtualPages } = compiled.layout;
  const names = globals.map(({ exportName }) => exportName);
  if (virtualPages !== undefined) names.push(virtualPages);
  return { kind: "restore", snapshot: takeSnapshot(instance.memory, instance.exports, names) };
}

function start(compiled: Omit<PreparedModule, "isolation">, options: GuestOptions): Instantiated {
  try {
    return instantiate(compiled, options);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError(`cannot instantiate module: ${trapText(error)}`, {
      code: "RUNTIME_INITIALIZATION_FAILED",
      cause: error,
    });
  }
}

/** While a module starts it belongs to no policy yet: a host call then makes it unfit for a shared snapshot. */
function startHost(): GuestHost & { wasCalled(): boolean } {
  let called = false;
  return {
    call() {
      called = true;
      throw new Error("host calls are not available while the module is prepared");
    },
    print() {},
    suspended() {},
    resumed() {},
    wasCalled: () => called,
  };
}

function refused(message: string, cause?: unknown): RuntimeError {
  return new RuntimeError(message, { code: "RUNTIME_MODULE_REFUSED", cause });
}
