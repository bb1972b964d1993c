import { clusterAdmissionPolicies } from "@kubewarden-ts/api/policies";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import fc from "fast-check";
import { eventually } from "../kubernetes/controller-cluster.ts";
import { createGenerated } from "./admission-answers.ts";
import type { AuditedCluster } from "./audited-cluster.ts";
import { pathOf } from "./audited-kinds.ts";
import { judgeLabel } from "./audited-policy.ts";
import { generateObjects } from "./generated-objects.ts";
import type { JudgedObject } from "./judged-objects.ts";

/** One thing that people do to a cluster; `on` is for them who need a switch. */
export interface Edit {
  readonly kind: "relabel" | "delete" | "create" | "settings" | "mode" | "selection";
  /** which of the objects, counted on from its end */
  readonly place: number;
  readonly on: boolean;
}

/** Objects change more often than policies. */
const kinds = [
  "relabel",
  "relabel",
  "relabel",
  "delete",
  "create",
  "create",
  "settings",
  "mode",
  "selection",
] as const;

export function randomEdits({
  count,
  seed,
}: {
  readonly count: number;
  readonly seed: number;
}): readonly Edit[] {
  const edit = fc.record({ kind: fc.constantFrom(...kinds), place: fc.nat(), on: fc.boolean() });
  return fc.sample(edit, { numRuns: count, seed });
}

/** Does it, whether it is possible or not: an object may be gone, and policies refuse some that come. */
export async function makeEdit(
  audited: AuditedCluster,
  objects: readonly JudgedObject[],
  edit: Edit,
): Promise<void> {
  try {
    await attempt(audited, objects[edit.place % objects.length]!, edit);
  } catch (error) {
    if (!isKubeError(error, "KUBE_NOT_FOUND", "KUBE_REFUSED", "KUBE_CONFLICT", "KUBE_FORBIDDEN")) throw error;
  }
}

async function attempt(
  audited: AuditedCluster,
  judged: JudgedObject,
  { kind, place, on }: Edit,
): Promise<void> {
  const { client, objects } = audited.cluster;
  const changePolicy = async (name: string, spec: object): Promise<void> => {
    await objects.mergePatch(clusterAdmissionPolicies, { name }, { spec });
    await audited.policiesSettled();
  };
  switch (kind) {
    case "relabel":
      await relabel(client, judged, { owner: on ? "shop" : null, tier: place % 2 === 0 ? "front" : null });
      return;
    case "delete":
      return await deleteObject(client, `${pathOf(judged.object.kind, judged)}/${judged.name}`);
    case "create": {
      const kind = place % 2 === 0 ? "Pod" : "ConfigMap";
      const [object] = generateObjects(kind, { count: 1, seed: place });
      const namespace = on ? "judged-by-labels" : "judged-by-privileged";
      return await createGenerated(client, { object: object!, namespace, name: `edited-${place}` });
    }
    case "settings":
      return await changePolicy("labels", { settings: { denied_labels: on ? ["tier"] : [] } });
    case "mode":
      return await changePolicy("privileged", { mode: on ? "monitor" : "protect" });
    case "selection":
      await patch(client, "/api/v1/namespaces/judged-by-sysctls", { [judgeLabel]: on ? "all" : "sysctls" });
  }
}

/** Until it is gone: a namespace that goes away during a scan has the scan fail, as it should. */
async function deleteObject(client: KubeClient, path: string): Promise<void> {
  await client.request(path, { method: "DELETE" });
  await eventually(async () => await client.get(path).then(() => false, isGone));
}

function isGone(error: unknown): boolean {
  if (!isKubeError(error, "KUBE_NOT_FOUND")) throw error;
  return true;
}

/** Changes labels of an object. @returns its UID */
export async function relabel(
  client: KubeClient,
  { object, namespace, name }: JudgedObject,
  labels: Readonly<Record<string, string | null>>,
): Promise<string> {
  return await patch(client, `${pathOf(object.kind, { namespace })}/${name}`, labels);
}

async function patch(client: KubeClient, path: string, labels: object): Promise<string> {
  const body = Buffer.from(JSON.stringify({ metadata: { labels } }));
  const contentType = "application/merge-patch+json";
  const answer = await client.request(path, { method: "PATCH", body, contentType });
  return JSON.parse(new TextDecoder().decode(answer.body)).metadata.uid;
}
