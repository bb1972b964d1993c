// Labels and annotations of an object of any kind.
import { type KubernetesObject, partIn, partOf } from "@kubewarden-ts/policy-sdk";

export type MetadataField = "labels" | "annotations";

/**
 * Names and values of labels or annotations, sorted by name; none when object, metadata or field is absent or null.
 * @throws {UnreadableObjectError} when one of these is no object
 */
export function metadataEntries(
  object: KubernetesObject | null | undefined,
  field: MetadataField,
): [string, unknown][] {
  const found = partIn(partIn(partOf(object), "metadata"), field);
  return Object.entries<unknown>(found?.fields ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
