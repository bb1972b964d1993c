import * as v from "valibot";
import { StringMap } from "./mapping.ts";

/** Whose object this is; the garbage collector removes it after its owner. */
export const OwnerReference = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  name: v.string(),
  uid: v.string(),
});
export type OwnerReference = v.InferOutput<typeof OwnerReference>;

/** What every stored object says of itself; fields that we do not name are kept as they are. */
export const ObjectMeta = v.looseObject({
  name: v.string(),
  namespace: v.exactOptional(v.string()),
  uid: v.exactOptional(v.string()),
  resourceVersion: v.exactOptional(v.string()),
  generation: v.exactOptional(v.number()),
  creationTimestamp: v.exactOptional(v.nullable(v.string())),
  deletionTimestamp: v.exactOptional(v.nullable(v.string())),
  labels: v.exactOptional(StringMap),
  annotations: v.exactOptional(StringMap),
  finalizers: v.exactOptional(v.array(v.string())),
  ownerReferences: v.exactOptional(v.array(OwnerReference)),
});
export type ObjectMeta = v.InferOutput<typeof ObjectMeta>;

/** Any object of the Kubernetes API. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Whether the object is being deleted: it stays until its finalizers are gone. */
export function isBeingDeleted({ metadata }: Pick<KubernetesObject, "metadata">): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null;
}
