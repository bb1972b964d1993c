import { type Policy, type PolicyKind, uniqueName } from "@kubewarden-ts/api/policies";
import type { ClusterView } from "../cluster-view.ts";
import { type PolicyName, policyOf } from "./policy-key.ts";

/**
 * The policies whose webhook configuration has this name, the one that it belongs to first: the oldest. There can be
 * several, made before admission refused it: namespace `a-b` with `c`, and `a` with `b-c`; `group-x` and the group `x`
 * (controller.md 14).
 */
export function policiesOfUniqueName(view: ClusterView, unique: string): Policy[] {
  return namesOfUniqueName(unique)
    .map((name) => policyOf(view, name))
    .filter((policy) => policy !== undefined)
    .filter((policy) => uniqueName(policy) === unique)
    .toSorted(byAge);
}

/** Another policy that the webhook configuration of this one belongs to. */
export function rivalOf(view: ClusterView, policy: Policy): Policy | undefined {
  const [owner] = policiesOfUniqueName(view, uniqueName(policy));
  if (owner === undefined) return undefined;
  const { name, namespace } = owner.metadata;
  const same =
    owner.kind === policy.kind && name === policy.metadata.name && namespace === policy.metadata.namespace;
  return same ? undefined : owner;
}

/** Every policy, there or not, that would have this unique name. */
export function namesOfUniqueName(unique: string): PolicyName[] {
  return [
    ...clusterwide("ClusterAdmissionPolicy", unique, "clusterwide-"),
    ...clusterwide("ClusterAdmissionPolicyGroup", unique, "clusterwide-group-"),
    ...namespaced("AdmissionPolicy", unique, "namespaced-"),
    ...namespaced("AdmissionPolicyGroup", unique, "namespaced-group-"),
  ];
}

function clusterwide(kind: PolicyKind, unique: string, prefix: string) {
  return unique.startsWith(prefix) ? [{ kind, name: unique.slice(prefix.length) }] : [];
}

/** Any hyphen may be the one between the namespace and the name. */
function namespaced(kind: PolicyKind, unique: string, prefix: string) {
  if (!unique.startsWith(prefix)) return [];
  const parts = unique.slice(prefix.length).split("-");
  return parts.slice(1).map((_part, index) => ({
    kind,
    namespace: parts.slice(0, index + 1).join("-"),
    name: parts.slice(index + 1).join("-"),
  }));
}

/** Older policies first. */
export function byAge(a: Policy, b: Policy): number {
  const [created, other] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  if (created !== other) return created < other ? -1 : 1;
  // of the same second: any order will do that is always the same
  return (a.metadata.uid ?? "") < (b.metadata.uid ?? "") ? -1 : 1;
}
