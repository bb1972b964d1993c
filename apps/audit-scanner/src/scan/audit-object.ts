import type { AuditedObject } from "../audited-object.ts";
import type { ReportScope, WriteOutcome } from "../report-sink.ts";
import type { SelectedResource, Selection } from "../selection/select-policies.ts";
import type { Verdict } from "../verdict.ts";
import type { FindingsCollector } from "./findings-collector.ts";
import { judgeObject } from "./judge-object.ts";
import type { KnownRevisions } from "./known-revisions.ts";
import { questionsAbout } from "./questions-about.ts";
import type { ScanContext } from "./scan-context.ts";
import type { ScanPlan } from "./scan-plan.ts";

/** What is needed to audit one object of a scan. */
export interface ObjectAudit {
  readonly context: ScanContext;
  readonly plan: ScanPlan;
  readonly revisions: KnownRevisions;
  /** of objects that may come through several kinds; without, what is found is handed on at once */
  readonly collector: FindingsCollector | undefined;
}

/** The policies of the scope of an object. */
export function selectionOf({ namespace }: AuditedObject, { selections }: ScanPlan): Selection | undefined {
  return selections.get(namespace satisfies ReportScope);
}

/**
 * Asks the policies of its kind about an object (audit-and-reports.md 2.5).
 * @throws the reason of the context's `graceSignal`
 */
export async function auditObject(
  object: AuditedObject,
  { policies }: SelectedResource,
  { context, collector, plan, revisions }: ObjectAudit,
): Promise<void> {
  const { log, options } = context;
  if (log.enabled("info")) {
    log.info(object.namespace === undefined ? "audit clusterwide resource" : "audit resource", {
      resource: object.name,
      kind: object.resource.kind,
      namespace: object.namespace,
      uid: object.uid,
      "policies-to-evaluate": policies.length,
      ...(object.namespace !== undefined && { "parallel-policies-audit": options.parallelPolicies }),
    });
  }
  const questions = questionsAbout(object, policies);
  const asked = collector?.unasked(object, questions) ?? questions;
  const verdicts = await judgeObject(object, asked, { ...context, revisions });
  if (collector === undefined) await handOn(object, verdicts, { context, plan });
  else collector.add(object, verdicts);
}

/** One report for the object, its results in the order of the policies. */
export async function handOn(
  object: AuditedObject,
  verdicts: readonly Verdict[],
  { context: { sink, tally, graceSignal }, plan }: Pick<ObjectAudit, "context" | "plan">,
): Promise<WriteOutcome> {
  const { skipped = 0, errored = 0 } = selectionOf(object, plan) ?? {};
  const rankOf = ({ policy }: Verdict): number => plan.rank.get(policy) ?? Number.MAX_SAFE_INTEGER;
  const sorted = verdicts.toSorted((left, right) => rankOf(left) - rankOf(right));
  const outcome = await sink.write({ object, verdicts: sorted, skipped, errored }, graceSignal);
  if (outcome === "unstored") tally.unstored();
  tally.done(sorted);
  return outcome;
}
