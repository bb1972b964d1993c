import { type BodySize, bodySizes } from "../inputs/admission-review.ts";
import { makeCertificate, opensslMissing } from "../inputs/certificate.ts";
import { type BenchGuest, benchGuests, typescriptGuest } from "../inputs/guests.ts";
import { writePoliciesFolder } from "../inputs/policies-folder.ts";
import type { Report } from "../report.ts";
import { measureInProcess } from "../runtime/in-process.ts";
import type { Row } from "../table.ts";
import {
  type Candidate,
  type LoadCase,
  type Measurement,
  type MeasureOptions,
  measureAll,
  nullOf,
  ratioToNull,
} from "./candidate.ts";

const columns = [
  { key: "protocol", title: "protocol" },
  { key: "handler", title: "handler" },
  { key: "policies", title: "policies" },
  { key: "body", title: "body" },
  { key: "connections", title: "conn." },
  { key: "perSecond", title: "rps" },
  { key: "p50Us", title: "p50 µs" },
  { key: "p99Us", title: "p99 µs" },
  { key: "cpuUs", title: "CPU µs", digits: 1 },
  { key: "ratio", title: "× null", digits: 2 },
  { key: "failed", title: "failed" },
  { key: "idleMb", title: "idle MB" },
  { key: "loadedMb", title: "loaded MB" },
];
const sizes = Object.keys(bodySizes) as BodySize[];
const allCases: LoadCase[] = sizes.flatMap((size) => [1, 16].map((connections) => ({ size, connections })));
const oneCase: LoadCase[] = [{ size: "5 KB", connections: 16 }];

export type ServerBenchOptions = Pick<MeasureOptions, "seconds" | "script">;

/** Requests per second, latency, memory and CPU time of a policy server over HTTP and HTTPS. */
export async function serverBench({ seconds, script }: ServerBenchOptions): Promise<Report> {
  await using scratch = await writePoliciesFolder([]);
  const { guests, notes } = await benchGuests();
  const certificate = await makeCertificate(scratch.path);
  const protocols = certificate === undefined ? [undefined] : [undefined, certificate];
  const all: Measurement[] = [];
  for (const tls of protocols) {
    all.push(...(await measureAll(candidatesOf(guests), { certificate: tls, seconds, script })));
  }
  return {
    name: "server",
    columns,
    rows: all.map((measurement) => rowOf(measurement, all)),
    notes: [
      ...notes,
      ...(certificate === undefined ? [opensslMissing] : []),
      ...(await overheadNotes(all, seconds)),
    ],
  };
}

function candidatesOf(guests: readonly BenchGuest[]): Candidate[] {
  return [
    { guest: undefined, policies: 0, cases: allCases },
    ...guests.flatMap((guest) =>
      guest.name === "typescript"
        ? [1, 20].map((policies) => ({ guest, policies, cases: allCases }))
        : [{ guest, policies: 1, cases: oneCase }],
    ),
  ];
}

function rowOf(measurement: Measurement, all: readonly Measurement[]): Row {
  const { protocol, handler, policies, load, cost, idleMb } = measurement;
  return {
    protocol,
    handler,
    policies,
    body: load.size,
    connections: load.connections,
    perSecond: cost.perSecond,
    p50Us: cost.latencyUs.p50,
    p99Us: cost.latencyUs.p99,
    cpuUs: cost.cpuUsPerRequest,
    ratio: ratioToNull(all, measurement),
    failed: cost.failed,
    idleMb,
    loadedMb: cost.residentMb,
  };
}

/** What a request takes besides its guest and the least that HTTP takes, where nobody else is served. */
async function overheadNotes(all: readonly Measurement[], seconds: number): Promise<string[]> {
  const guest = await typescriptGuest();
  const notes: string[] = [];
  for (const measurement of all) {
    const { protocol, handler, policies, load, cost } = measurement;
    if (handler !== guest.name || policies !== 1 || load.connections !== 1) continue;
    const { call } = await measureInProcess(guest, { size: load.size, seconds: seconds / 2 });
    const least = nullOf(all, measurement)?.cost.latencyUs.p50 ?? Number.NaN;
    const overhead = cost.latencyUs.p50 - call.p50 - least;
    notes.push(
      `overhead beyond the guest, ${protocol}, ${load.size}, one connection: ${overhead.toFixed(0)} µs = ` +
        `${cost.latencyUs.p50.toFixed(0)} request - ${call.p50.toFixed(0)} guest - ${least.toFixed(0)} null handler (p50)`,
    );
  }
  return notes;
}
