import { type BenchGuest, engineGuests, typescriptGuest } from "../inputs/guests.ts";
import { copiesOf, writePoliciesFolder } from "../inputs/policies-folder.ts";
import { processUsage } from "../process-usage.ts";
import { startPolicyServer } from "../server/measured-server.ts";
import { measureRequests, validatePaths } from "../server/request-cost.ts";

/** Resident memory of a policy server with many policies, in MB. */
export interface ManyPolicies {
  readonly idleMb: number;
  readonly loadedMb: number;
}

/** What the policies are made of. */
export type PolicyEngines = "all engines" | "TypeScript";

const policies = 20;
const connections = 16;

/**
 * Measures what 20 policies take in a policy server with two workers, each with a module of its own.
 * @param script - program of the policy server
 */
export async function measureManyPolicies({
  engines,
  seconds,
  script,
}: {
  engines: PolicyEngines;
  seconds: number;
  script: string;
}): Promise<ManyPolicies> {
  await using folder = await writePoliciesFolder(await manyPolicies(engines));
  await using server = await startPolicyServer({ policiesFile: folder.policiesFile, script });
  const { residentMb: idleMb } = await processUsage(server.pid);
  const paths = validatePaths(folder.policyIds);
  const load = { paths, size: "5 KB", connections, seconds, expected: '"allowed":' } as const;
  const { residentMb, failed } = await measureRequests(server, load);
  if (failed > 0) throw new Error(`${failed} requests failed: ${server.output()}`);
  return { idleMb, loadedMb: residentMb };
}

async function manyPolicies(engines: PolicyEngines) {
  const chosen = engines === "all engines" ? (await engineGuests()).guests : [await typescriptGuest()];
  const ordinary = chosen.filter(isOrdinary);
  return Array.from({ length: policies }, (_, index) => {
    const guest = ordinary[index % ordinary.length]!;
    const copy = copiesOf(guest, policies)[index]!;
    return { ...copy, settings: guest.settings };
  });
}

/** A module of 23 MB is the exception, and takes as much as ten others. */
function isOrdinary({ looksUp, name }: BenchGuest): boolean {
  return looksUp === "nothing" && name !== "go-cel";
}
