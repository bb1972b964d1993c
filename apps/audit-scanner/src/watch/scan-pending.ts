import { type Clock, errorText, type Logger, pause } from "@kubewarden-ts/base";
import { isKubeError } from "@kubewarden-ts/kube";
import type { ScannedPart } from "../config.ts";
import { auditedResources } from "../process/audited-resources.ts";
import { runScan, tellingTotals } from "../process/run-scan.ts";
import type { ReportScope } from "../report-sink.ts";
import type { ObjectPlace } from "../scan/read-object.ts";
import { type ObjectsOfScope, scanObjects } from "../scan/scan-objects.ts";
import type { AuditedKinds } from "./audited-kinds.ts";
import type { KeptPolicies, RunWithPolicies } from "./kept-policies.ts";
import type { PendingWork, Work } from "./pending-work.ts";
import type { PolicyWatch } from "./policy-watch.ts";

export interface ScanPendingDeps {
  readonly pending: PendingWork;
  readonly policies: KeptPolicies;
  readonly kinds: AuditedKinds;
  readonly namespaces: Pick<PolicyWatch, "labelsOf">;
  /** what is scanned at all */
  readonly part: ScannedPart;
  readonly clock: Clock;
  readonly log: Logger;
  /** no more work is begun */
  readonly stop: AbortSignal;
}

/** A scan that failed, or has results that are no verdicts, is made again after this. */
const againMs = 60_000;

/** Looks at what is pending. Never throws: what fails is logged, and looked at again after a minute. */
export async function scanPending(deps: ScanPendingDeps): Promise<void> {
  const { pending, clock, stop } = deps;
  const { scopes, objects } = pending.take();
  const again: Work[] = [];
  for (const scope of scopes) again.push(await attempt({ scopes: [scope], objects: [] }, deps, scanScope));
  if (objects.length > 0) again.push(await attempt({ scopes: [], objects }, deps, scanSingly));
  const work = {
    scopes: again.flatMap((each) => each.scopes),
    objects: again.flatMap((each) => each.objects),
  };
  if (work.scopes.length + work.objects.length === 0) return;
  void pause(clock, againMs, stop).then(() => pending.mark(work));
}

type Scan = (work: Work, run: RunWithPolicies, deps: ScanPendingDeps) => Promise<Work>;

const nothing: Work = { scopes: [], objects: [] };

/** @returns what is to be looked at again */
async function attempt(work: Work, deps: ScanPendingDeps, scan: Scan): Promise<Work> {
  const { policies, kinds, part, log, stop } = deps;
  if (stop.aborted) return nothing;
  const run = policies.run();
  try {
    if (run.isNew) await kinds.follow(await auditedResources(run.context.catalog, part, stop), stop);
    return await scan(work, run, deps);
  } catch (error) {
    if (stop.aborted) return nothing;
    policies.drop();
    log.error("scan failed", { error: errorText(error) });
    return isGone(error) ? nothing : work;
  }
}

/** Of a namespace that was deleted meanwhile. */
function isGone(error: unknown): boolean {
  return error instanceof Error && isKubeError(error.cause, "KUBE_NOT_FOUND");
}

async function scanScope(work: Work, { context }: RunWithPolicies, { stop }: ScanPendingDeps): Promise<Work> {
  await runScan(context, work.scopes, stop);
  const { error, unstored } = context.tally.totals;
  return error + unstored > 0 ? work : nothing;
}

async function scanSingly({ objects }: Work, run: RunWithPolicies, deps: ScanPendingDeps): Promise<Work> {
  const { pending, stop } = deps;
  const { context } = run;
  const scopes = await planned(objects, run, deps);
  const limit = context.options.parallelResources;
  const { refused, again } = await tellingTotals(context, stop, () =>
    scanObjects(context, scopes, { limit, signal: stop }),
  );
  // who may only list has to
  for (const { namespace } of refused) pending.markScope(namespace);
  return { scopes: [], objects: again };
}

async function planned(
  objects: readonly ObjectPlace[],
  run: RunWithPolicies,
  { namespaces, pending, stop }: ScanPendingDeps,
): Promise<readonly ObjectsOfScope[]> {
  const scopes: ObjectsOfScope[] = [];
  const byScope = Map.groupBy(objects, ({ namespace }): ReportScope => namespace);
  for (const [name, ofScope] of byScope) {
    const labels = name === undefined ? undefined : namespaces.labelsOf(name);
    if (name === undefined) {
      scopes.push({ plan: await run.planOf({ kind: "cluster" }, stop), objects: ofScope });
    } else if (labels !== undefined) {
      scopes.push({ plan: await run.planOf({ kind: "namespace", name, labels }, stop), objects: ofScope });
    } else {
      // nobody knows its labels yet: a scan reads them
      pending.markScope(name);
    }
  }
  return scopes;
}
