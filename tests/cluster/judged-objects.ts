import { mapConcurrent } from "@kubewarden-ts/base";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import { vi } from "vitest";
import { installCustomResources } from "../../tools/cluster/custom-resources.ts";
import type { LocalCluster } from "../../tools/cluster/local-cluster.ts";
import { applyManifests } from "../../tools/cluster/manifests.ts";
import { createGenerated, type StoredPlace } from "./admission-answers.ts";
import { type AuditedKind, widgetDefinition } from "./audited-kinds.ts";
import { auditedPolicies } from "./audited-policies.ts";
import {
  type AuditedPolicy,
  allJudges,
  judgeLabel,
  type Operation,
  type PolicyClass,
} from "./audited-policy.ts";
import { type GeneratedObject, generateObjects, shuffled } from "./generated-objects.ts";

/** An object that is there before policies judge it. */
export interface JudgedObject extends StoredPlace {
  /** unique names of the policies that are about it, sorted */
  readonly judges: readonly string[];
  /** under which they judge it */
  readonly operations: readonly Operation[];
  /** of the policy whose namespace it is in */
  readonly class: PolicyClass | "shared";
  /** the version in which the API server is sent it; that in which it was created without */
  readonly comesAs?: string;
}

export interface CreateJudgedOptions {
  readonly policies?: readonly AuditedPolicy[];
  /**
   * Of an object and a policy that is about it, in a namespace where no other policy judges: that many for each policy; all
   * that are possible for `Infinity`
   */
  readonly pairs: number;
  /** generated of each kind; twice what is taken for each policy without */
  readonly ofEachKind?: number;
  /** objects that all policies judge which are about their kind */
  readonly shared: number;
  readonly seed: number;
}

/** Requests under way at once. */
export const atOnce = 24;

/** Creates namespaces with generated objects: one for each policy alone, and one for all of them. */
export async function createJudged(
  cluster: LocalCluster,
  { policies = auditedPolicies, pairs, ofEachKind, shared, seed }: CreateJudgedOptions,
): Promise<readonly JudgedObject[]> {
  const each = Math.ceil(pairs / policies.length);
  const count = ofEachKind ?? 2 * each;
  const kinds = kindsOf(policies);
  const generated = new Map(kinds.map((kind) => [kind, generateObjects(kind, { count, seed })]));
  const ofKinds = (some: readonly AuditedKind[]) => some.flatMap((kind) => generated.get(kind) ?? []);
  const own = policies.flatMap((policy, index) => {
    const objects = untilSelected(shuffled(ofKinds(policy.row.kinds), seed + index), policy, each);
    return objects.map((object, place) => ofOnePolicy(object, policy, place));
  });
  const sharing = policies.filter(({ row }) => row.shared === true);
  const ofAll = shuffled(ofKinds(kindsOf(sharing)), seed - 1).slice(0, shared);
  const all = [...own, ...ofAll.map((object, place) => ofAllPolicies(object, sharing, place))];
  if (kinds.includes("Widget")) await installCustomResources(cluster, [widgetDefinition]);
  await createNamespaces(cluster, policies);
  await mapConcurrent(all, atOnce, (judged) => createGenerated(cluster.client, judged));
  return all;
}

function kindsOf(policies: readonly AuditedPolicy[]): readonly AuditedKind[] {
  return [...new Set(policies.flatMap(({ row }) => row.kinds))];
}

/** Up to the object with which so many are selected by a policy; with those between that are not. */
function untilSelected(
  objects: readonly GeneratedObject[],
  policy: AuditedPolicy,
  count: number,
): readonly GeneratedObject[] {
  const places = objects.keys().filter((place) => isAbout(policy, objects[place]!));
  const last = [...places][count - 1] ?? objects.length;
  return objects.slice(0, last + 1);
}

/** Namespaces in which objects are created, with the label that says who judges there. */
async function createNamespaces(cluster: LocalCluster, policies: readonly AuditedPolicy[]): Promise<void> {
  const homes = new Map([
    ...policies.map(({ namespace, name }) => [namespace, name] as const),
    [sharedNamespace, allJudges],
  ]);
  const manifests = Array.from(homes, ([name, judge]) => ({
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { [judgeLabel]: judge } } },
  }));
  await applyManifests(cluster, manifests);
  await mapConcurrent([...homes.keys()], atOnce, (name) => untilPodsAreTaken(cluster.client, name));
}

const sharedNamespace = "judged-by-all";

/** Before the ServiceAccount of a namespace is there, it takes no Pods. */
async function untilPodsAreTaken(client: KubeClient, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  const found = () => client.request(path).catch((error) => (isKubeError(error) ? undefined : error));
  await vi.waitUntil(found, { timeout: 30_000, interval: 100 });
}

function ofOnePolicy(object: GeneratedObject, policy: AuditedPolicy, place: number): JudgedObject {
  const { name, namespace, uniqueName, operations, row } = policy;
  const isNamespace = object.kind === "Namespace";
  return {
    object: isNamespace || row.judges === "everywhere" ? judgedItself(object, name) : object,
    name: `${name}-${place}`,
    namespace: isNamespace ? "" : namespace,
    judges: isAbout(policy, object) ? [uniqueName] : [],
    ...{ operations, class: row.class },
    ...(row.comesAs !== undefined && object.kind === "Widget" && { comesAs: row.comesAs }),
  };
}

function ofAllPolicies(
  object: GeneratedObject,
  sharing: readonly AuditedPolicy[],
  place: number,
): JudgedObject {
  const isNamespace = object.kind === "Namespace";
  const judges = sharing.filter((policy) => isAbout(policy, object)).map(({ uniqueName }) => uniqueName);
  return {
    object: isNamespace ? judgedItself(object, allJudges) : object,
    name: `shared-${place}`,
    namespace: isNamespace ? "" : sharedNamespace,
    judges: judges.sort(),
    ...{ operations: ["CREATE"], class: "shared" },
  };
}

/** The API server applies `namespaceSelector` to a Namespace by its own labels. */
function judgedItself(object: GeneratedObject, judge: string): GeneratedObject {
  const labels = { ...object.metadata.labels, [judgeLabel]: judge };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function isAbout({ row }: AuditedPolicy, { kind, metadata }: GeneratedObject): boolean {
  return row.kinds.includes(kind) && (row.selects?.(metadata.labels) ?? true);
}
