import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { isKubeError } from "../errors.ts";
import { copyJson, isJsonObject, type JsonObject } from "./json-value.ts";
import { mergePatchBetween } from "./merge-patch.ts";
import type { ObjectClient } from "./object-client.ts";
import { assignedFields, fillDefaults } from "./server-defaults.ts";

export interface CreateOrMergePatch<T> {
  /** the object as it was seen last, such as in an informer; `undefined` when there was none */
  readonly current: T | undefined;
  /** what is ours of the object as it should be */
  readonly desired: T;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenObject<T> {
  readonly object: T;
  readonly changed: "created" | "patched" | "no";
}

/**
 * Makes an object what it should be, and writes nothing when it is (controller.md 3.1, behaviour 44).
 *
 * Of `metadata`: labels, annotations, finalizers and owners, each whole where `desired` has it: a label that `desired` has
 * not goes. Of the rest: each member that `desired` has, such as `spec` and `data`, whole too. What the API server fills
 * in, or chooses, is no difference. Members that `desired` does not have stay, and so does `status`.
 *
 * Where `current` was wrong (the object is there, or gone), what the API server has is taken.
 * @throws {KubeError} of the writing; `KUBE_CONFLICT` when others create and delete the object all the time
 * @example await createOrMergePatch(objects, configMaps, { current: view.get(name), desired, signal });
 */
export async function createOrMergePatch<T extends KubernetesObject>(
  objects: ObjectClient,
  type: ResourceType<T>,
  { current, desired, signal }: CreateOrMergePatch<T>,
): Promise<WrittenObject<T>> {
  try {
    return await write(objects, type, { current, desired, signal });
  } catch (error) {
    const isWrong =
      current === undefined ? isAlreadyThere(error) : isKubeError(error, "KUBE_NOT_FOUND", "KUBE_CONFLICT");
    if (!isWrong) throw error;
  }
  const stored = await objects.get(type, desired.metadata, { signal });
  return await write(objects, type, { current: stored, desired, signal });
}

function isAlreadyThere(error: unknown): boolean {
  return isKubeError(error, "KUBE_CONFLICT") && error.reason === "AlreadyExists";
}

async function write<T extends KubernetesObject>(
  objects: ObjectClient,
  type: ResourceType<T>,
  { current, desired, signal }: CreateOrMergePatch<T>,
): Promise<WrittenObject<T>> {
  if (current === undefined) {
    return { object: await objects.create(type, desired, { signal }), changed: "created" };
  }
  const patch = ownedPatch(type.kind, { current, desired });
  if (patch === undefined) return { object: current, changed: "no" };
  const object = await objects.mergePatch(type, desired.metadata, patch, { signal });
  const isSame = object.metadata.resourceVersion === current.metadata.resourceVersion;
  return { object, changed: isSame ? "no" : "patched" };
}

const ownedMetadata = ["labels", "annotations", "finalizers", "ownerReferences"] as const;
const notOwned = new Set(["apiVersion", "kind", "metadata", "status"]);

/** What has to be patched; `undefined` for nothing. */
export function ownedPatch(
  kind: string,
  { current, desired }: { current: object; desired: object },
): JsonObject | undefined {
  const [from, to]: [JsonObject, JsonObject] = [copyJson({ ...current }), copyJson({ ...desired })];
  keepAssigned(kind, from, to);
  const members = Object.keys(to).filter((key) => !notOwned.has(key) && to[key] !== undefined);
  fillDefaults(kind, from);
  fillDefaults(kind, to);
  const metadata = mergePatchBetween(
    pick(asObject(from["metadata"]), ownedIn(to)),
    pick(asObject(to["metadata"]), ownedIn(to)),
  );
  const body = mergePatchBetween(pick(from, members), pick(to, members));
  if (metadata === undefined) return body;
  return { ...body, metadata };
}

function ownedIn({ metadata }: JsonObject): string[] {
  return ownedMetadata.filter((key) => asObject(metadata)[key] !== undefined);
}

function keepAssigned(kind: string, { spec: from }: JsonObject, { spec: to }: JsonObject): void {
  if (!isJsonObject(from) || !isJsonObject(to)) return;
  for (const field of assignedFields(kind)) if (from[field] !== undefined) to[field] ??= from[field];
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.flatMap((key) => (key in object ? [[key, object[key]]] : [])));
}
