import type { AuditedObject } from "../audited-object.ts";
import { resourceKey } from "../selection/select-policies.ts";
import { auditObject, handOn, selectionOf } from "./audit-object.ts";
import { createFindingsCollector, type FindingsCollector } from "./findings-collector.ts";
import { createKeptReportsLog, type KeptReportsLog } from "./kept-reports.ts";
import { createKnownRevisions, type KnownRevisions } from "./known-revisions.ts";
import { listPlanned } from "./list-planned.ts";
import type { ScanContext } from "./scan-context.ts";
import type { PlannedResource, ScanPlan } from "./scan-plan.ts";
import { createTaskPool, type TaskPool } from "./task-pool.ts";

/** What the parts of a scan share. */
interface Scan {
  readonly context: ScanContext;
  readonly plan: ScanPlan;
  readonly pool: TaskPool;
  readonly kept: KeptReportsLog;
  readonly revisions: KnownRevisions;
  readonly signal: AbortSignal;
}

/**
 * Asks about all objects of a plan and hands on what is found, a report for each object (audit-and-reports.md 2.2 to 2.5).
 * When the signal is aborted, no more objects are begun, and those under way are finished.
 * @param options.limit - objects at once
 * @returns what must keep its reports
 * @throws the reason of the signal
 */
export async function scanScopes(
  context: ScanContext,
  plan: ScanPlan,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<KeptReportsLog> {
  const kept = createKeptReportsLog();
  await using pool = createTaskPool(limit, signal);
  const scan: Scan = { context, plan, pool, kept, signal, revisions: createKnownRevisions() };
  for (const family of plan.families) {
    if (family.length === 1) await scanFamily(scan, family, undefined);
    else await scanTogether(scan, family);
  }
  await pool.drained();
  return kept;
}

/** Objects that may come through several kinds: their reports are written when all kinds were listed. */
async function scanTogether(scan: Scan, family: readonly PlannedResource[]): Promise<void> {
  const collector = createFindingsCollector();
  await scanFamily(scan, family, collector);
  await scan.pool.drained();
  for (const { object, verdicts } of collector.take()) {
    await scan.pool.start(() => handOn(object, verdicts, scan));
  }
}

async function scanFamily(
  scan: Scan,
  family: readonly PlannedResource[],
  collector: FindingsCollector | undefined,
): Promise<void> {
  const { context, kept, plan, pool, signal } = scan;
  const take = async (object: AuditedObject): Promise<void> => {
    const selected = selectionOf(object, plan)?.resources.get(resourceKey(object.resource));
    if (selected === undefined) return;
    if (!collector?.knows(object)) context.tally.found();
    await pool.start(() => auditObject(object, selected, { ...scan, collector }));
  };
  const policiesOf = (resource: PlannedResource["resource"]) => namesOf(resource, plan);
  const namespaces = plan.selections.size;
  for (const planned of family) {
    await listPlanned(planned, { context, kept, namespaces, signal, policiesOf, take });
  }
}

function namesOf(resource: PlannedResource["resource"], { rank }: ScanPlan): readonly string[] {
  const about = [...rank.keys()].filter(({ resources }) =>
    resources.some((each) => resourceKey(each.resource) === resourceKey(resource)),
  );
  return about.map(({ uniqueName }) => uniqueName);
}
