import type { BodySize } from "../inputs/admission-review.ts";
import type { CertificateFiles } from "../inputs/certificate.ts";
import type { BenchGuest } from "../inputs/guests.ts";
import { copiesOf, writePoliciesFolder } from "../inputs/policies-folder.ts";
import { processUsage } from "../process-usage.ts";
import { type MeasuredServer, startNullServer, startPolicyServer } from "./measured-server.ts";
import { accepted, measureRequests, type RequestCost, validatePaths, warmUp } from "./request-cost.ts";

/** Name of the handler that is the unit of the others. */
export const nullHandler = "null";

export interface LoadCase {
  readonly size: BodySize;
  readonly connections: number;
}

/** A server to be measured: a policy server with so many copies of a policy, or the null handler. */
export interface Candidate {
  readonly guest: BenchGuest | undefined;
  readonly policies: number;
  readonly cases: readonly LoadCase[];
}

export interface Measurement {
  readonly protocol: "http" | "https";
  readonly handler: string;
  readonly policies: number;
  readonly load: LoadCase;
  readonly cost: RequestCost;
  /** Resident memory before the first request. */
  readonly idleMb: number;
}

export interface MeasureOptions {
  /** HTTPS with this, HTTP without. */
  readonly certificate: CertificateFiles | undefined;
  readonly seconds: number;
  /** Program of the policy server. */
  readonly script: string;
}

/** Compilers of a server need that long under load, and longer for many modules. */
const warmUpSeconds = { one: 4, many: 10 };

/** Starts a server and measures its cases one after the other. */
async function measureCandidate(
  { guest, policies, cases }: Candidate,
  options: MeasureOptions,
): Promise<Measurement[]> {
  await using folder = await writePoliciesFolder(guest === undefined ? [] : copiesOf(guest, policies));
  await using server = await startServer(guest, folder.policiesFile, options);
  const { residentMb: idleMb } = await processUsage(server.pid);
  const target =
    guest === undefined
      ? { paths: ["/validate/null"], expected: "" }
      : { paths: validatePaths(folder.policyIds), expected: accepted };
  const common = {
    protocol: options.certificate === undefined ? ("http" as const) : ("https" as const),
    handler: guest?.name ?? nullHandler,
    policies,
    idleMb,
  };
  const { seconds } = options;
  await warmUp(server, { ...target, size: "5 KB" }, policies > 1 ? warmUpSeconds.many : warmUpSeconds.one);
  const measured: Measurement[] = [];
  for (const load of cases) {
    measured.push({ ...common, load, cost: await measureRequests(server, { ...target, ...load, seconds }) });
  }
  return measured;
}

/** Measures servers one after the other: no two share the machine. */
export async function measureAll(
  candidates: readonly Candidate[],
  options: MeasureOptions,
): Promise<Measurement[]> {
  const all: Measurement[] = [];
  for (const candidate of candidates) all.push(...(await measureCandidate(candidate, options)));
  return all;
}

function startServer(
  guest: BenchGuest | undefined,
  policiesFile: string,
  { certificate, script }: MeasureOptions,
): Promise<MeasuredServer> {
  if (guest === undefined) return startNullServer(certificate);
  return startPolicyServer({ policiesFile, certificate, script });
}

/** The null handler under the same load, by which a measurement is divided. */
export function nullOf(
  all: readonly Measurement[],
  { protocol, load }: Measurement,
): Measurement | undefined {
  return all.find(
    (other) =>
      other.handler === nullHandler &&
      other.protocol === protocol &&
      other.load.size === load.size &&
      other.load.connections === load.connections,
  );
}

/** CPU time per request over that of the null handler of the same run. */
export function ratioToNull(all: readonly Measurement[], measurement: Measurement): number | undefined {
  const unit = nullOf(all, measurement)?.cost.cpuUsPerRequest;
  return unit === undefined ? undefined : measurement.cost.cpuUsPerRequest / unit;
}
