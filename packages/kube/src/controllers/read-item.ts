import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { errorText } from "@kubewarden-ts/base";
import { knownKeys } from "@kubewarden-ts/protocol";
import { checkObject, placesOf, stringAt } from "../json/read-json.ts";
import { nameless } from "../masks/stored-object.ts";
import { readObject } from "../objects/read-object.ts";
import { cacheKey } from "./object-cache.ts";

/** An object of a list or of a watch. */
export interface ListedItem<T> {
  readonly key: string;
  /** `undefined` when it is not as its schema says */
  readonly object: T | undefined;
  /** why there is no object */
  readonly problem?: string;
}

const objectKeys = knownKeys(["metadata"]);
const metadataKeys = knownKeys(["name", "namespace"]);

/**
 * Reads an object that stands in a list or an event. One that cannot be read is told by its name: it takes nothing from
 * the others.
 * @param options.metadataOnly - of the object, or of the `PartialObjectMetadata` that stands for it
 * @throws {KubeError} `KUBE_ANSWER_INVALID` when it has no name either
 */
export function readItem<T extends KubernetesObject>(
  type: ResourceType<T>,
  bytes: Uint8Array,
  { metadataOnly = false }: { readonly metadataOnly?: boolean | undefined } = {},
): ListedItem<T> {
  const key = keyOf(bytes);
  try {
    return {
      key,
      object: withoutManagedFields(readObject(type, metadataOnly ? onlyMetadata(type, bytes) : bytes)),
    };
  } catch (error) {
    // whatever is wrong with it, such as a depth that no reader bears
    return { key, object: undefined, problem: errorText(error) };
  }
}

function keyOf(bytes: Uint8Array): string {
  const { metadata } = placesOf(bytes, checkObject(bytes, "an object"), objectKeys);
  const places = metadata === undefined ? {} : placesOf(bytes, metadata.start, metadataKeys);
  const name = stringAt(bytes, places.name);
  if (!name) throw nameless();
  return cacheKey({ name, namespace: stringAt(bytes, places.namespace) });
}

/** The object as if it had metadata only. */
function onlyMetadata({ apiVersion, kind }: ResourceType<KubernetesObject>, bytes: Uint8Array): Uint8Array {
  const { metadata } = placesOf(bytes, checkObject(bytes, "an object"), objectKeys);
  const start = Buffer.from(`${JSON.stringify({ apiVersion, kind }).slice(0, -1)},"metadata":`);
  return Buffer.concat([start, bytes.subarray(metadata?.start, metadata?.end), Buffer.from("}")]);
}

/** As big as the object itself, and nobody reads them. */
function withoutManagedFields<T extends KubernetesObject>(object: T): T {
  delete object.metadata["managedFields"];
  return object;
}
