// What many evaluations leave in memory, in a process of its own: `node memory-growth.ts <guest>` prints MemoryGrowth.

import { guestPayload } from "../inputs/admission-review.ts";
import { benchGuests } from "../inputs/guests.ts";
import { startBenchPool } from "./guest-pool.ts";

/** Resident memory of the process in MB, after so many evaluations. */
export interface MemoryGrowth {
  readonly after1000: number;
  readonly after10000: number;
}

const inFlight = 16;
const wanted = process.argv[2];
const { guests } = await benchGuests();
const guest = guests.find(({ name }) => name === wanted);
if (guest === undefined) throw new Error(`no guest ${wanted}`);
const payload = guestPayload("5 KB");
await using pool = await startBenchPool(guest);

async function evaluate(count: number): Promise<number> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await pool.evaluate(payload);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return process.memoryUsage.rss() / 2 ** 20;
}

const growth: MemoryGrowth = { after1000: await evaluate(1000), after10000: await evaluate(9000) };
process.stdout.write(JSON.stringify(growth));
