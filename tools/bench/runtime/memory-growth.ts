// What many evaluations leave in memory, in a process of its own: `node memory-growth.ts <guest> <evaluations>` prints
// MemoryGrowth.

import { admissionReview } from "../inputs/admission-review.ts";
import { engineGuests } from "../inputs/guests.ts";
import { startBenchEvaluator } from "./evaluator.ts";

/** Resident memory of the process in MB, after the first 1 000 evaluations and after all of them. */
export interface MemoryGrowth {
  readonly first: number;
  readonly last: number;
}

const inFlight = 16;
const warmUp = 1000;
const [wanted, evaluations = "10000"] = process.argv.slice(2);
const { guests } = await engineGuests();
const guest = guests.find(({ name }) => name === wanted);
if (guest === undefined) throw new Error(`no guest ${wanted}`);
const review = admissionReview("5 KB");
await using evaluator = await startBenchEvaluator(guest);

async function evaluate(count: number): Promise<number> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await evaluator.evaluate(review);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
}

const growth: MemoryGrowth = {
  first: await evaluate(warmUp),
  last: await evaluate(Number(evaluations) - warmUp),
};
process.stdout.write(JSON.stringify(growth));
