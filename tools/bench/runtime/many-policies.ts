// What 20 policies take, in a process of its own: prints ManyPolicies.

import { silentLogger } from "@kubewarden-ts/base";
import { parsePolicies, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { admissionReview } from "../inputs/admission-review.ts";
import { engineGuests } from "../inputs/guests.ts";
import { copiesOf } from "../inputs/policies-folder.ts";

/** Resident memory of the process in MB. */
export interface ManyPolicies {
  readonly idleMb: number;
  readonly loadedMb: number;
}

const policies = 20;
const rounds = 200;
const { guests } = await engineGuests();
// The large module of Go is left out: most servers have none, and it alone takes as much as ten others.
const plain = guests.filter(({ looksUp, name }) => looksUp === "nothing" && name !== "go-cel");
const copies = plain.map((guest) => ({ guest, copies: copiesOf(guest, policies) }));
const chosen = Array.from({ length: policies }, (_, index) => {
  const { guest, copies: modules } = copies[index % copies.length]!;
  return { id: `p${index}`, settings: guest.settings, wasm: modules[index]!.wasm };
});
const modules = new Map(chosen.map(({ id, wasm }) => [`file:///${id}.wasm`, wasm]));
const entries = chosen.map(({ id, settings }) => [id, { module: `file:///${id}.wasm`, settings }]);

await using evaluator = await startEvaluator({
  policies: parsePolicies(JSON.stringify(Object.fromEntries(entries)), "policies.yml"),
  fetchModule: async (url) => modules.get(url)!,
  workers: 2,
  defaultTimeoutMs: 10_000,
  serveCapability: () => Promise.reject(new Error("nothing is served")),
  log: silentLogger,
});
// What the files take is the concern of who holds them.
modules.clear();
chosen.length = 0;
copies.length = 0;
globalThis.gc?.();
const idleMb = process.memoryUsage.rss() / 2 ** 20;
const review = admissionReview("5 KB");
for (let round = 0; round < rounds; round++) {
  await Promise.all(
    entries.map(async ([id]) => {
      const evaluation = await evaluator.admission("validate", String(id), review);
      if (evaluation.kind !== "response") throw new Error(JSON.stringify(evaluation));
    }),
  );
}
const figures: ManyPolicies = { idleMb, loadedMb: process.memoryUsage.rss() / 2 ** 20 };
process.stdout.write(JSON.stringify(figures));
