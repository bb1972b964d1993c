import { isNamespaced, type Policy } from "@kubewarden-ts/api/policies";
import type { ClusterLookUp } from "./findings.ts";

/**
 * Policies of all clusterwide kinds leave the namespace of the policy servers alone; those of that namespace see it. Whoever
 * may write them there could keep policy servers from starting, and upstream admits it: a warning (controller.md 4.4).
 */
export function deploymentsNamespaceWarnings(
  policy: Policy,
  { deploymentsNamespace }: Pick<ClusterLookUp, "deploymentsNamespace">,
): string[] {
  if (!isNamespaced(policy) || policy.metadata.namespace !== deploymentsNamespace) return [];
  return [
    `metadata.namespace: ${deploymentsNamespace} is where policy servers run: the policy is asked about their Pods as well, and what it rejects cannot start; use another namespace, or rules that leave out what the policy servers consist of`,
  ];
}
