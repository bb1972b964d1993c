import { type LabelSelector, matchesLabels } from "@kubewarden-ts/api";
import { isNamespaced, uniqueName as uniqueNameOf } from "@kubewarden-ts/api/policies";
import type { ApiResource } from "@kubewarden-ts/kube";
import type { AuditablePolicy, AuditedOperation, LeftOutPolicy } from "../auditable-policy.ts";
import type { UnreadableObject } from "./list-kind.ts";
import type { ResolvedPolicy } from "./resolved-policy.ts";

/** Where objects are looked at: in a namespace, or in none. */
export type SelectionScope =
  | { readonly kind: "cluster" }
  | {
      readonly kind: "namespace";
      readonly name: string;
      /** of the Namespace object */
      readonly labels: Readonly<Record<string, string>>;
    };

/** A policy that is asked about objects of one kind. */
export interface SelectedPolicy {
  readonly policy: AuditablePolicy;
  readonly operations: readonly AuditedOperation[];
  /** of a cluster-wide policy; the API server applies it to Namespace objects by their own labels */
  readonly namespaceSelector: LabelSelector;
}

/** The policies of one kind of objects. */
export interface SelectedResource {
  readonly resource: ApiResource;
  /** in the order of audit-and-reports.md 2.2 */
  readonly policies: readonly SelectedPolicy[];
}

export interface Selection {
  /** by {@link resourceKey} */
  readonly resources: ReadonlyMap<string, SelectedResource>;
  readonly leftOut: readonly LeftOutPolicy[];
  readonly evaluated: number;
  readonly skipped: number;
  readonly errored: number;
}

/** Policies of a run, and what was meant to be some. */
export interface PolicySet {
  readonly policies: readonly ResolvedPolicy[];
  readonly unreadable: readonly UnreadableObject[];
}

/** @example "apps/v1 deployments" */
export function resourceKey({ apiVersion, plural }: ApiResource): string {
  return `${apiVersion} ${plural}`;
}

/**
 * The policies of a scope, in the order they come in, by kind of object; and those that are left out, counted as upstream
 * counts (audit-and-reports.md 2.2, 2.3, 2.4).
 */
export function selectPolicies({ policies, unreadable }: PolicySet, scope: SelectionScope): Selection {
  const resources = new Map<string, { resource: ApiResource; policies: SelectedPolicy[] }>();
  const leftOut: LeftOutPolicy[] = unreadable
    .filter(({ kind, namespace }) => isOf(kind.startsWith("Cluster"), namespace, scope))
    .map(({ kind, problem, ...metadata }) => ({
      uniqueName: uniqueNameOf({ kind, metadata }),
      counted: "errored",
      reason: problem,
    }));
  let evaluated = 0;
  for (const resolved of policies) {
    if (!concerns(resolved, scope)) continue;
    const { uniqueName, unusable, auditable } = resolved;
    const inScope = resolved.resources.filter(
      ({ resource }) => resource.namespaced === (scope.kind === "namespace"),
    );
    const reason = unusable ?? (inScope.length > 0 ? resolved.leftOut : undefined);
    if (reason !== undefined) {
      leftOut.push({ uniqueName, counted: reason.counted, reason: reason.reason });
    }
    if (reason !== undefined || auditable === undefined || inScope.length === 0) continue;
    evaluated++;
    for (const { resource, operations } of inScope) {
      const selected = resources.getOrInsertComputed(resourceKey(resource), () => ({
        resource,
        policies: [],
      }));
      selected.policies.push({
        policy: auditable,
        operations,
        namespaceSelector: resolved.namespaceSelector,
      });
    }
  }
  const errored = leftOut.filter(({ counted }) => counted === "errored").length;
  return { resources, leftOut, evaluated, skipped: leftOut.length - errored, errored };
}

/** Cluster-wide policies are for every namespace that they select, and for what is in none; others for their own. */
function concerns({ policy, namespaceSelector }: ResolvedPolicy, scope: SelectionScope): boolean {
  if (!isOf(!isNamespaced(policy), policy.metadata.namespace, scope)) return false;
  return scope.kind === "cluster" || matchesLabels(namespaceSelector, scope.labels);
}

function isOf(isClusterwide: boolean, namespace: string | undefined, scope: SelectionScope): boolean {
  return isClusterwide || (scope.kind === "namespace" && namespace === scope.name);
}
