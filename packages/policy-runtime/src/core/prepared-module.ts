import type { RewrittenModule } from "@kubewarden-ts/wasm";
import type { Snapshot } from "./snapshot.ts";

/** How host and guest talk: waPC, or a WASI command run once per call. */
export type GuestProtocol = "wapc" | "wasi";

/**
 * A module that is ready to be run in any worker: compiled, with the snapshot its instances are restored from.
 * Plain data that crosses threads.
 */
export interface PreparedModule {
  readonly protocol: GuestProtocol;
  readonly module: WebAssembly.Module;
  readonly layout: ModuleLayout;
  readonly isolation: Isolation;
}

/** What of the rewritten module an instance needs to know. */
export type ModuleLayout = Pick<RewrittenModule, "memory" | "globals" | "virtualPages">;

/**
 * How evaluations are kept apart: one instance restored from a snapshot after each, or, where a snapshot would
 * not be whole, a new instance for each, with the reason.
 */
export type Isolation = { kind: "restore"; snapshot: Snapshot } | { kind: "fresh"; reason: string };
