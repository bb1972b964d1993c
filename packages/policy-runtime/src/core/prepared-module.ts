import type { OpaModule } from "@kubewarden-ts/rego";
import type { RewrittenModule } from "@kubewarden-ts/wasm";
import type { Snapshot, WaitingSnapshot } from "./snapshot.ts";

/** How host and guest talk: waPC, a WASI command run once per call, or what OPA compiles of Rego. */
export type GuestProtocol = "wapc" | "wasi" | "rego";

/**
 * A module that is ready to be run in any worker: compiled, with the snapshot its instances are restored from.
 * Plain data that crosses threads.
 */
export interface PreparedModule {
  readonly protocol: GuestProtocol;
  readonly module: WebAssembly.Module;
  readonly layout: ModuleLayout;
  readonly isolation: Isolation;
  /**
   * The same for modules that differ in their snapshot alone: an instance of one can be turned into an instance of another.
   * `undefined` where that cannot be done.
   */
  readonly code?: string | undefined;
  /** Of a Rego module. */
  readonly opa?: OpaModule | undefined;
}

/** What of the rewritten module an instance needs to know. */
export type ModuleLayout = Pick<
  RewrittenModule,
  "memory" | "globals" | "virtualPages" | "memoryRefused" | "goResume"
>;

/** Names of the globals that a snapshot holds. */
export function snapshotGlobals({ globals, virtualPages, memoryRefused }: ModuleLayout): string[] {
  const added = [virtualPages, memoryRefused].filter((name) => name !== undefined);
  return [...globals.map(({ exportName }) => exportName), ...added];
}

/**
 * How evaluations are kept apart: one instance restored from a snapshot after each, or, where a snapshot would
 * not be whole, a new instance for each, with the reason.
 */
export type Isolation =
  /** `waiting`, where there is one, is gone on with in place of a start. */
  | { kind: "restore"; snapshot: Snapshot; waiting?: WaitingSnapshot | undefined }
  | { kind: "fresh"; reason: string };
