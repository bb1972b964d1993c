import type { ApiResource } from "@kubewarden-ts/kube";
import type { ScannedPart } from "../config.ts";
import type { PolicyCatalog } from "../selection/policy-catalog.ts";
import { type PolicySet, resourceKey } from "../selection/select-policies.ts";

/** The kinds that policies of what is scanned are about, each once. @throws {KubeError} when policies cannot be listed */
export async function auditedResources(
  catalog: PolicyCatalog,
  part: ScannedPart,
  signal: AbortSignal,
): Promise<readonly ApiResource[]> {
  const sets: PolicySet[] = [await catalog.clusterwide(signal)];
  if (part.kind !== "cluster")
    sets.push(await catalog.namespaced(part.kind === "namespace" ? part.name : undefined, signal));
  const resources = sets
    .flatMap(({ policies }) => policies)
    .flatMap(({ auditable }) => auditable?.resources ?? [])
    .map(({ resource }) => resource)
    .filter(({ namespaced }) => part.kind === "everything" || namespaced === (part.kind === "namespace"));
  return [...new Map(resources.map((resource) => [resourceKey(resource), resource])).values()];
}
