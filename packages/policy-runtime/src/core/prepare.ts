import {
  describeOpaModule,
  missingOpaExports,
  type OpaModule,
  RegoError,
  resolveBuiltins,
} from "@kubewarden-ts/rego";
import { moduleWithoutState, type RewrittenModule, rewriteForRuntime, WasmError } from "@kubewarden-ts/wasm";
import { RuntimeError } from "../errors.ts";
import { limitNote, trapText } from "./guest-error.ts";
import { GuestMemory } from "./guest-memory.ts";
import { createGuestState } from "./guest-state.ts";
import type { GuestHost } from "./host.ts";
import { checkImports, hostFunctions } from "./imports.ts";
import { type GuestOptions, type Instance, instantiate } from "./instance.ts";
import {
  type GuestProtocol,
  type Isolation,
  type PreparedModule,
  snapshotGlobals,
} from "./prepared-module.ts";
import { takeSnapshot } from "./snapshot.ts";
import { initializeWapc } from "./wapc-call.ts";

export interface PrepareOptions extends Pick<GuestOptions, "environment" | "limits"> {
  /** Called before the module's own code runs, from when on it may take for ever. */
  readonly onStart?: () => void;
}

/**
 * Makes a module ready to be run: checks it, rewrites it so that its memory is capped and its state can be put
 * back, compiles it, starts one instance and keeps that instance's state as the snapshot of all others.
 * @throws {RuntimeError} `RUNTIME_MODULE_REFUSED`, `RUNTIME_INITIALIZATION_FAILED`
 */
export async function prepareModule(
  bytes: Uint8Array,
  protocol: GuestProtocol,
  { environment, limits, onStart }: PrepareOptions,
): Promise<PreparedModule> {
  const rewritten = rewrite(bytes, limits.maxMemoryPages);
  const state = createGuestState(
    new GuestMemory(new WebAssembly.Memory({ initial: 0 })),
    environment,
    limits,
  );
  checkExports(rewritten, protocol);
  checkImports(hostFunctions(protocol, state), rewritten.imports);
  const { memory, globals, virtualPages, memoryRefused, goResume } = rewritten;
  const compiled = {
    protocol,
    module: compile(rewritten.wasm),
    layout: { memory, globals, virtualPages, memoryRefused, goResume },
  };
  const options = { environment, limits, hostCallsMayWait: false };
  onStart?.();
  if (protocol === "rego") return prepareRego(compiled, rewritten.isolation, options);
  const isolation = await isolate(compiled, rewritten.isolation, options);
  if (isolation.kind === "fresh") return { ...compiled, isolation };
  return { ...compiled, ...(await withoutState(rewritten.wasm)), isolation };
}

type Compiled = Omit<PreparedModule, "isolation">;

function rewrite(bytes: Uint8Array, maxPages: number): RewrittenModule {
  try {
    return rewriteForRuntime(bytes, { maxPages });
  } catch (error) {
    if (error instanceof WasmError && error.code === "WASM_MEMORY_LIMIT") {
      throw refused(`${error.message} ${limitNote("max-policy-memory-mib")}`);
    }
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

function compile(wasm: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(wasm);
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The module that instances are made of once there is a snapshot to write into them. Policies of one engine then share its
 * code, compiled and in memory. `undefined` for modules that read their data while they run.
 */
async function withoutState(wasm: Uint8Array): Promise<Pick<PreparedModule, "module" | "code"> | undefined> {
  try {
    const code = moduleWithoutState(wasm);
    const module = new WebAssembly.Module(code);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", code));
    return { module, code: digest.toHex() };
  } catch {
    return undefined;
  }
}

/** What a module must offer to be run (policy-runtime 2.2, 3, 4.1). */
function checkExports({ exports, exportsMemory, memory }: RewrittenModule, protocol: GuestProtocol): void {
  const isFunction = (wanted: string): boolean =>
    exports.some(({ name, kind }) => name === wanted && kind === "function");
  const missing = missingExport(protocol, isFunction);
  if (missing !== undefined) throw refused(missing);
  // What OPA compiles imports its memory, under a name that the rewritten module keeps.
  if (protocol === "rego" ? memory === undefined : !exportsMemory) {
    throw refused("Cannot find 'mem' export: the module does not export a memory named memory");
  }
}

function missingExport(protocol: GuestProtocol, isFunction: (name: string) => boolean): string | undefined {
  switch (protocol) {
    case "wapc":
      return isFunction("__guest_call")
        ? undefined
        : "Guest call function (__guest_call) not exported by wasm module.";
    case "wasi":
      return isFunction("_start") ? undefined : "cannot find `_start` function inside of module";
    case "rego":
      return missingOpaExports(isFunction);
  }
}

async function isolate(
  compiled: Compiled,
  decided: RewrittenModule["isolation"],
  options: GuestOptions,
): Promise<Isolation> {
  if (decided.kind === "fresh") return decided;
  const instance = start(compiled, options);
  const host = startHost();
  instance.state.host = host;
  if (compiled.protocol === "wapc") await initializeWapc(instance);
  if (host.wasCalled()) return { kind: "fresh", reason: "calls its host while it starts" };
  return { kind: "restore", snapshot: snapshotOf(instance, compiled) };
}

/** A module of Rego also says which functions it leaves to its host: all of them must be there. */
async function prepareRego(
  compiled: Compiled,
  decided: RewrittenModule["isolation"],
  options: GuestOptions,
): Promise<PreparedModule> {
  if (decided.kind === "fresh")
    throw refused(`a Rego module that cannot be restored after an evaluation: ${decided.reason}`);
  const instance = start(compiled, options);
  instance.state.host = startHost();
  const opa = describe(instance);
  const names = opa.builtins.filter((name) => name !== "");
  const table = (await options.environment.loadBuiltins?.(names)) ?? {};
  try {
    resolveBuiltins(opa, table);
  } catch (error) {
    throw refused(`cannot build Rego engine: ${error instanceof Error ? error.message : error}`);
  }
  return { ...compiled, opa, isolation: { kind: "restore", snapshot: snapshotOf(instance, compiled) } };
}

function describe(instance: Instance): OpaModule {
  try {
    return describeOpaModule(instance.state.opa!.instance);
  } catch (error) {
    const text = error instanceof RegoError ? error.message : trapText(error);
    throw refused(`cannot build Rego engine: ${text}`);
  }
}

function snapshotOf(instance: Instance, { layout }: Compiled) {
  return takeSnapshot(instance, snapshotGlobals(layout));
}

function start(compiled: Compiled, options: GuestOptions): Instance {
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

/** Without a cause: its text is part of the message, and would be told twice. */
function refused(message: string): RuntimeError {
  return new RuntimeError(message, { code: "RUNTIME_MODULE_REFUSED" });
}
