import * as v from "valibot";
import { type KubernetesObject, ObjectMeta } from "./kubernetes-object.ts";

/**
 * A kind of objects that we read and write: where the API server has it, and what we look at in its objects. The schema
 * is loose: what it does not name stays in the object, so that nothing is lost when the object is written back.
 */
export interface ResourceType<T extends KubernetesObject> {
  /** `v1`, `apps/v1` */
  readonly apiVersion: string;
  readonly kind: string;
  /** name in paths, such as `deployments` */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly schema: v.GenericSchema<unknown, T>;
}

/** The object that a {@link ResourceType} describes. */
export type ObjectOf<R> = R extends ResourceType<infer T> ? T : never;

/**
 * Defines a kind from the fields that we look at besides `metadata`.
 * @example const configMaps = defineResource({ apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true }, {
 *   data: v.exactOptional(v.record(v.string(), v.string())),
 * });
 */
export function defineResource<const Kind extends string, E extends v.ObjectEntries>(
  place: { apiVersion: string; kind: Kind; plural: string; namespaced: boolean },
  entries: E,
) {
  // The items of a list carry neither; the place is what they are.
  const common = {
    apiVersion: v.optional(v.string(), place.apiVersion),
    kind: v.optional(v.string(), place.kind),
    metadata: ObjectMeta,
  };
  return { ...place, schema: v.looseObject({ ...common, ...entries }) };
}
