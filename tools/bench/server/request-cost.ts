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
const warmUp = { seconds: 1, connections: 16 };

/** Measures what requests cost; the server is warmed up with the same ones before. */
export async function measureRequests(
  { pid, origin }: MeasuredServer,
  { size, ...load }: RequestLoad,
): Promise<RequestCost> {
  const requests = { ...load, origin, body: admissionReview(size) };
  await runClosedLoop({ ...requests, ...warmUp });
  const before = await processUsage(pid);
  const result = await runClosedLoop(requests);
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
