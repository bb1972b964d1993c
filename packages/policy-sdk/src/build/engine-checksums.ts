import type { Abi } from "./abi.ts";

/**
 * SHA-256 of the engine modules that `node src/build/build-engine.ts` makes from the pinned versions of `quickjs-wasi`,
 * `wabt` and `binaryen` and the `.wat` files here. After a change of one of those, the script with
 * `--force` prints the new ones.
 */
export const engineChecksums: Readonly<Record<Abi, string>> = {
  wapc: "d150e18e3187bbc6d0d5614e12d44ea662b2baee57ab1618127b1dbf6a6ae901",
  wasi: "c418fa553f6a1a1b68fa262d8a5dcc06ae321c20caf985e7babcbb404298ca72",
};
