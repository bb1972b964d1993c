import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { collectionPath, type KubeClient, listObjects, parseExact } from "@kubewarden-ts/kube";
import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";

/** An object that is not as its kind should be. */
export interface UnreadableObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** which field, and what is wrong with it */
  readonly problem: string;
}

export interface ListedKind<T> {
  readonly objects: readonly T[];
  readonly unreadable: readonly UnreadableObject[];
}

const NamedObject = v.object({
  metadata: v.object({ name: v.string(), namespace: v.optional(v.string()) }),
});

/**
 * Lists objects of a kind. One that cannot be read takes nothing from the others.
 * @throws {KubeError} when they cannot be listed
 */
export async function listKind<T extends KubernetesObject>(
  client: KubeClient,
  type: ResourceType<T>,
  selection: {
    readonly namespace?: string | undefined;
    readonly labelSelector?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<ListedKind<T>> {
  const { namespace, ...options } = selection;
  const { items } = await listObjects(client, { path: collectionPath(type, namespace), ...options });
  const objects: T[] = [];
  const unreadable: UnreadableObject[] = [];
  for (const item of items) {
    const value = parseExact(new TextDecoder().decode(item));
    const read = v.safeParse(type.schema, value);
    if (read.success) objects.push(read.output);
    else
      unreadable.push({ kind: type.kind, ...nameOf(value), problem: schemaProblems(read.issues).join(", ") });
  }
  return { objects, unreadable };
}

function nameOf(value: unknown): { name: string; namespace?: string } {
  const read = v.safeParse(NamedObject, value);
  if (!read.success) return { name: "" };
  const { name, namespace } = read.output.metadata;
  return { name, ...(namespace !== undefined && { namespace }) };
}
