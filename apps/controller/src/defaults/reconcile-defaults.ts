import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isBeingDeleted, type KubernetesObject } from "@kubewarden-ts/api";
import { policyKinds } from "@kubewarden-ts/api/policies";
import { errorText } from "@kubewarden-ts/base";
import type { ClusterView } from "../cluster-view.ts";
import type { ControllerContext } from "../context.ts";
import { type DefaultObject, defaultKinds, type Manifest, objectId, readDefaults } from "./read-defaults.ts";

/** Whoever has this label came from the ConfigMap of defaults, and goes with it. */
export const managedByDefaultsLabel = "kubewarden.io/managed-by";
export const managedByDefaults = "kubewarden-controller-defaults";
/** Ours: what was applied, so that nothing is sent while it stays the same. */
const digestAnnotation = "kubewarden-ts.io/applied-default";
const fieldManager = "kubewarden-controller-defaults";

export type DefaultsDeps = Pick<ControllerContext, "objects" | "view" | "log"> & {
  readonly config: Pick<ControllerContext["config"], "deploymentsNamespace">;
};

/**
 * Applies the objects of the ConfigMap of defaults, and deletes those that came from there and are listed no more
 * (controller.md 8). While something in it cannot be read, nothing is deleted: a slip of the pen must not take away
 * policies.
 * @param configMapName - in the deployments namespace; without the ConfigMap nothing is listed
 * @throws {AggregateError} when something could not be written
 */
export async function reconcileDefaults(
  deps: DefaultsDeps,
  configMapName: string,
  signal: AbortSignal,
): Promise<void> {
  const { view, log, config } = deps;
  const name = { name: configMapName, namespace: config.deploymentsNamespace };
  const { objects, problems } = readDefaults(view.configMaps.get(name) ?? {});
  for (const problem of problems)
    log.error("a default cannot be applied", { configMap: configMapName, problem });
  const writes = [
    ...objects.flatMap((each) => applyWrite(deps, each, signal)),
    ...(problems.length > 0 ? [] : deleteWrites(deps, objects, signal)),
  ];
  const failures: unknown[] = [];
  for (const write of writes) await write().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) {
    throw new AggregateError(failures, `cannot apply defaults: ${failures.map(errorText).join("; ")}`);
  }
}

type Write = () => Promise<unknown>;

function applyWrite({ objects, view, log }: DefaultsDeps, each: DefaultObject, signal: AbortSignal): Write[] {
  const { type } = each;
  const object = marked(each.object);
  const { name, namespace } = object.metadata;
  const stored = storedOf(view, type.kind).find((found) => objectId(found) === objectId(object));
  if (stored !== undefined && (isBeingDeleted(stored) || contains(stored, object))) return [];
  return [
    async () => {
      log.info("applying a default", { kind: type.kind, name, namespace });
      await objects.apply(type, object, { fieldManager, force: true, signal });
    },
  ];
}

function deleteWrites(
  { objects, view, log }: DefaultsDeps,
  listed: readonly DefaultObject[],
  signal: AbortSignal,
): Write[] {
  const wanted = new Set(listed.map(({ object }) => objectId(object)));
  return defaultKinds.flatMap((type) =>
    storedOf(view, type.kind)
      .filter(({ metadata }) => metadata.labels?.[managedByDefaultsLabel] === managedByDefaults)
      .filter((stored) => !isBeingDeleted(stored) && !wanted.has(objectId(stored)))
      .map(({ metadata: { name, namespace, uid } }) => async () => {
        log.info("deleting a default that is listed no more", { kind: type.kind, name, namespace });
        await objects.delete(type, { name, namespace }, { signal, ...(uid !== undefined && { uid }) });
      }),
  );
}

function storedOf(view: ClusterView, kind: string): readonly KubernetesObject[] {
  const policyKind = policyKinds.find((each) => each.kind === kind)?.kind;
  return policyKind === undefined ? view.policyServers.list() : view.policies[policyKind].list();
}

function marked(object: Manifest): Manifest {
  const { labels, annotations } = object.metadata;
  const digest = createHash("sha256").update(JSON.stringify(object)).digest("hex");
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, [managedByDefaultsLabel]: managedByDefaults },
      annotations: { ...annotations, [digestAnnotation]: digest },
    },
  };
}

/** Whether all of `part` stands in `whole`; lists are compared as they are. */
function contains(whole: unknown, part: unknown): boolean {
  if (!isObject(whole) || !isObject(part)) return isDeepStrictEqual(whole, part);
  return Object.entries(part).every(([key, value]) => contains(whole[key], value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
