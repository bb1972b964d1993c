import type { ApiResource } from "@kubewarden-ts/kube";
import type { AuditablePolicy } from "../auditable-policy.ts";
import type { ReportScope } from "../report-sink.ts";
import {
  type PolicySet,
  resourceKey,
  type Selection,
  type SelectionScope,
  selectPolicies,
} from "../selection/select-policies.ts";

/** A kind of objects, and where it is looked at. */
export interface PlannedResource {
  readonly resource: ApiResource;
  /** scopes in which policies are about it */
  readonly scopes: readonly ReportScope[];
}

/** What is scanned. */
export interface ScanPlan {
  readonly selections: ReadonlyMap<ReportScope, Selection>;
  /**
   * Kinds that may be the same objects stand together: versions of one kind, or a kind that two groups have. What is found
   * about an object through all of them makes one report.
   */
  readonly families: readonly (readonly PlannedResource[])[];
  /** place of each policy in the order of audit-and-reports.md 2.2 */
  readonly rank: ReadonlyMap<AuditablePolicy, number>;
}

/** @param scopes - with what a selection depends on */
export function planScan(
  { policies, unreadable }: PolicySet,
  scopes: ReadonlyMap<ReportScope, SelectionScope>,
): ScanPlan {
  const selections = new Map<ReportScope, Selection>();
  const equal = new Map<string, Selection>();
  for (const [name, scope] of scopes) {
    const selection = selectPolicies({ policies, unreadable }, scope);
    // thousands of namespaces have the same policies: one selection in memory
    selections.set(name, equal.getOrInsert(signatureOf(selection), selection));
  }
  const audited = policies.flatMap(({ auditable }) => auditable ?? []);
  return {
    selections,
    families: familiesOf(selections, audited),
    rank: new Map(audited.map((policy, index) => [policy, index])),
  };
}

/** By policies and counters, as far as they decide about a report. */
function signatureOf({ resources, leftOut }: Selection): string {
  const kinds = Array.from(resources, ([key, { policies }]) => [
    key,
    ...policies.map(
      ({ policy: { policy } }) => `${policy.kind} ${policy.metadata.namespace}/${policy.metadata.name}`,
    ),
  ]);
  return JSON.stringify([kinds, leftOut]);
}

/** In the order in which policies name them first. */
function familiesOf(
  selections: ReadonlyMap<ReportScope, Selection>,
  audited: readonly AuditablePolicy[],
): readonly (readonly PlannedResource[])[] {
  const scopes = new Map<string, ReportScope[]>();
  for (const [scope, { resources }] of selections) {
    for (const key of resources.keys()) scopes.getOrInsertComputed(key, () => []).push(scope);
  }
  const named = audited.flatMap(({ resources }) => resources.map(({ resource }) => resource));
  const resources = new Map(named.map((resource) => [resourceKey(resource), resource]));
  const planned = Array.from(resources, ([key, resource]) => ({
    resource,
    scopes: scopes.get(key) ?? [],
  })).filter((each) => each.scopes.length > 0);
  const families = Map.groupBy(planned, ({ resource: { plural, kind } }) => `${plural} ${kind}`);
  return [...families.values()];
}
