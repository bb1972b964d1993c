import { admissionReview, type BodySize } from "../inputs/admission-review.ts";
import { type LoadResult, runClosedLoop } from "../load/load.ts";
import { processUsage } from "../process-usage.ts";
import type { MeasuredServer } from "./measured-server.ts";

/** What is asked of a server, and how. */
export interface RequestLoad {
  readonly paths: readonly string[];
  readonly size: BodySize;
  readonly connections: number;
  readonly seconds: number;
  /** Text that an answer has to contain. */
  readonly expected: string;
}

export interface RequestCost extends LoadResult {
  readonly perSecond: number;
  /** User and system time of the server process. */
  readonly cpuUsPerRequest: number;
  /** Resident memory of the server right after the load. */
  readonly residentMb: number;
}

export const accepted = '"allowed":true';
const warmConnections = 16;
const caseWarmUpSeconds = 0.5;

/** What requests are made of, besides how many. */
type Requests = Omit<RequestLoad, "connections" | "seconds">;

/** Puts a server under load until its compilers have come to rest. */
export async function warmUp({ origin }: MeasuredServer, requests: Requests, seconds: number): Promise<void> {
  const { size, ...rest } = requests;
  await runClosedLoop({
    ...rest,
    origin,
    body: admissionReview(size),
    connections: warmConnections,
    seconds,
  });
}

/** Measures what requests cost. */
export async function measureRequests(server: MeasuredServer, load: RequestLoad): Promise<RequestCost> {
  await warmUp(server, load, caseWarmUpSeconds);
  const { pid, origin } = server;
  const { size, ...rest } = load;
  const before = await processUsage(pid);
  const result = await runClosedLoop({ ...rest, origin, body: admissionReview(size) });
  const after = await processUsage(pid);
  const { count } = result.latencyUs;
  return {
    ...result,
    perSecond: count / (result.durationMs / 1000),
    cpuUsPerRequest: (after.cpuUs - before.cpuUs) / count,
    residentMb: after.residentMb,
  };
}

export function validatePaths(policyIds: readonly string[]): string[] {
  return policyIds.map((id) => `/validate/${id}`);
}
