import { DEBIAN_PARTS } from "./debian-programs.mjs";
import { writeEnvironment } from "./environment.mjs";
import { buildGoGuests } from "./go-guests.mjs";
import { provideKubernetes } from "./kubernetes.mjs";
import { provideOpa } from "./opa.mjs";
import { provideOras } from "./oras.mjs";
import { unavailable } from "./part.mjs";
import { provideWasmtime } from "./wasmtime.mjs";

/** What tests need from the machine, cheap ones first; no part needs another. */
const PARTS = {
  ...DEBIAN_PARTS,
  go: buildGoGuests,
  wasmtime: provideWasmtime,
  oras: provideOras,
  opa: provideOpa,
  kubernetes: provideKubernetes,
};

/**
 * Looks for each part, builds what can be built, and leaves a record for the tests. A part that cannot be had fails
 * nothing here: its tests are skipped by name.
 * @param {import("./context.mjs").Context} context
 */
export const provideTestParts = (context) => provideParts(context, PARTS);

/** What a cluster on this machine needs. @param {import("./context.mjs").Context} context */
export const provideClusterParts = (context) => provideParts(context, { kubernetes: provideKubernetes });

async function provideParts(context, parts) {
  /** @type {Record<string, import("./context.mjs").Part>} */
  const found = {};
  for (const [name, provide] of Object.entries(parts)) {
    found[name] = await provide(context).catch((error) => unavailable(`its set-up failed: ${error.message}`));
    // After each part: who breaks off the last one, which takes long, keeps the others.
    writeEnvironment(context.cacheFolder, found);
  }
}
