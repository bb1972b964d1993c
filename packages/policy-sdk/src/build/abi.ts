/** How a built policy talks with its host: policy-runtime 2 (`wapc`) and 3 (`wasi`). */
export type Abi = "wapc" | "wasi";

export const abis: readonly Abi[] = ["wapc", "wasi"];

/** The one function each kind of file exports beside its memory. */
export const entryOf: Readonly<Record<Abi, string>> = { wapc: "__guest_call", wasi: "_start" };

/** What `executionMode` of the metadata must say for each kind of file. */
export const executionModeOf = { wapc: "kubewarden-wapc", wasi: "wasi" } as const;
