import { mapConcurrent } from "@kubewarden-ts/base";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import { vi } from "vitest";
import type { LocalCluster } from "../../tools/cluster/local-cluster.ts";
import { applyManifests } from "../../tools/cluster/manifests.ts";
import { createGenerated } from "./admission-answers.ts";
import { type AuditedPolicy, allJudges, auditedPolicies, judgeLabel } from "./audited-policies.ts";
import { type GeneratedObject, generateObjects } from "./generated-objects.ts";

/** An object that is there before policies judge it. */
export interface JudgedObject {
  readonly object: GeneratedObject;
  readonly name: string;
  /** `""` for Namespaces */
  readonly namespace: string;
  /** unique names of the policies that are about it, sorted */
  readonly judges: readonly string[];
}

export interface CreateJudgedOptions {
  /** of an object and a policy that is about it, in a namespace where no other policy judges */
  readonly pairs: number;
  /** objects that all policies judge which are about their kind */
  readonly shared: number;
  readonly seed: number;
}

/** Requests under way at once. */
export const atOnce = 24;

/** The cluster has addresses for so many Services only. */
const mostWithServices = 170;

/** Creates namespaces with generated objects: one for each policy alone, and one for all of them. */
export async function createJudged(
  cluster: LocalCluster,
  { pairs, shared, seed }: CreateJudgedOptions,
): Promise<readonly JudgedObject[]> {
  const each = Math.ceil(pairs / auditedPolicies.length);
  const own = auditedPolicies.flatMap((policy, index) => {
    const count = policy.kinds.includes("Service") ? Math.min(each, mostWithServices) : each;
    const objects = generateObjects(policy.kinds, { count, seed: seed + index });
    return objects.map((object, place) => ofOnePolicy(object, policy, place));
  });
  const kinds = [...new Set(auditedPolicies.flatMap((policy) => policy.kinds))];
  const objects = generateObjects(kinds, { count: shared, seed: seed - 1 });
  const all = [...own, ...objects.map(ofAllPolicies)];
  await createNamespaces(cluster);
  await mapConcurrent(all, atOnce, (judged) => createGenerated(cluster.client, judged.object, judged));
  return all;
}

/** Namespaces in which objects are created, with the label that says who judges there. */
const homes: ReadonlyMap<string, string> = new Map([
  ...auditedPolicies.map(({ name }) => [`judged-by-${name}`, name] as const),
  ["judged-by-all", allJudges],
]);

async function createNamespaces(cluster: LocalCluster): Promise<void> {
  const manifests = Array.from(homes, ([name, judge]) => ({
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { [judgeLabel]: judge } } },
  }));
  await applyManifests(cluster, manifests);
  for (const name of homes.keys()) await untilPodsAreTaken(cluster.client, name);
}

/** Before the ServiceAccount of a namespace is there, it takes no Pods. */
async function untilPodsAreTaken(client: KubeClient, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  const found = () => client.request(path).catch((error) => (isKubeError(error) ? undefined : error));
  await vi.waitUntil(found, { timeout: 30_000, interval: 100 });
}

function ofOnePolicy(object: GeneratedObject, policy: AuditedPolicy, place: number): JudgedObject {
  const judges = isAbout(policy, object) ? [policy.uniqueName] : [];
  if (object.kind === "Namespace") return { ...ofItself(object, policy.name), name: `own-${place}`, judges };
  return { object, name: `generated-${place}`, namespace: `judged-by-${policy.name}`, judges };
}

function ofAllPolicies(object: GeneratedObject, place: number): JudgedObject {
  const judges = auditedPolicies
    .filter((policy) => policy.uniqueName.startsWith("clusterwide-") && isAbout(policy, object))
    .map(({ uniqueName }) => uniqueName)
    .sort();
  if (object.kind === "Namespace") return { ...ofItself(object, allJudges), name: `shared-${place}`, judges };
  return { object, name: `shared-${place}`, namespace: "judged-by-all", judges };
}

/** The API server applies `namespaceSelector` to a Namespace by its own labels. */
function ofItself(object: GeneratedObject, judge: string): Pick<JudgedObject, "object" | "namespace"> {
  const labels = { ...object.metadata.labels, [judgeLabel]: judge };
  return { object: { ...object, metadata: { ...object.metadata, labels } }, namespace: "" };
}

function isAbout(
  { kinds, selects = () => true }: AuditedPolicy,
  { kind, metadata }: GeneratedObject,
): boolean {
  return kinds.includes(kind) && selects(metadata.labels);
}
