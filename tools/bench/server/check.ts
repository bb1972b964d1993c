import { join } from "node:path";
import {
  type Comparison,
  compareRatios,
  type Ratios,
  readBaseline,
  toleratedGrowth,
  writeBaseline,
} from "../baseline.ts";
import { makeCertificate, opensslMissing } from "../inputs/certificate.ts";
import { type BenchGuest, benchGuests } from "../inputs/guests.ts";
import { writePoliciesFolder } from "../inputs/policies-folder.ts";
import { median } from "../percentiles.ts";
import type { Report } from "../report.ts";
import { type Candidate, type MeasureOptions, measureAll, nullHandler, ratioToNull } from "./candidate.ts";
import type { ServerBenchOptions } from "./server.ts";

const columns = [
  { key: "name", title: "CPU time over that of a null handler" },
  { key: "accepted", title: "accepted", digits: 2 },
  { key: "measured", title: "measured", digits: 2 },
  { key: "verdict", title: "verdict" },
];
const baselinePath = join(import.meta.dirname, "../../../tests/load/baseline.json");
const rounds = 3;
const cases = [{ size: "5 KB", connections: 16 }] as const;

/** Compares CPU time per request with the accepted figures, or accepts what is measured. */
export async function checkBench({ accept, ...options }: ServerBenchOptions & { accept: boolean }): Promise<{
  report: Report;
  passed: boolean;
}> {
  // Read before the minutes that measuring takes: it may be missing.
  const former = accept ? undefined : await readBaseline(baselinePath);
  const { ratios, notes } = await measureRatios(options);
  if (accept) await writeBaseline(baselinePath, ratios);
  const compared = compareRatios(former ?? ratios, ratios);
  const regressions = compared.filter(({ verdict }) => verdict === "regression");
  const limit = `a regression is a growth of more than ${toleratedGrowth * 100} %; medians of ${rounds}`;
  return {
    report: { name: "check", columns, rows: compared.map(rowOf), notes: [...notes, limit] },
    passed: regressions.length === 0,
  };
}

function rowOf({ name, accepted, measured, verdict }: Comparison) {
  return { name, accepted, measured, verdict };
}

async function measureRatios(options: ServerBenchOptions): Promise<{ ratios: Ratios; notes: string[] }> {
  await using scratch = await writePoliciesFolder([]);
  const { guests, notes } = await benchGuests();
  const certificate = await makeCertificate(scratch.path);
  if (certificate === undefined) notes.push(opensslMissing);
  const found = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const tls of certificate === undefined ? [undefined] : [undefined, certificate]) {
      for (const [name, ratio] of await measureRound(guests, { ...options, certificate: tls })) {
        found.set(name, [...(found.get(name) ?? []), ratio]);
      }
    }
  }
  const medians = [...found].map(([name, values]) => [name, median(values)] as const);
  return { ratios: Object.fromEntries(medians), notes };
}

/** Every guest once, and the null handler beside them. */
async function measureRound(
  guests: readonly BenchGuest[],
  options: MeasureOptions,
): Promise<[name: string, ratio: number][]> {
  const candidates: Candidate[] = [
    { guest: undefined, policies: 0, cases },
    ...guests.map((guest) => ({ guest, policies: 1, cases })),
  ];
  const all = await measureAll(candidates, options);
  return all.flatMap((measurement): [string, number][] => {
    const ratio = ratioToNull(all, measurement);
    if (ratio === undefined || measurement.handler === nullHandler) return [];
    return [[`${measurement.protocol}, ${measurement.handler}, ${measurement.load.size}`, ratio]];
  });
}
