import { defineResource, type ObjectOf } from "@kubewarden-ts/api";
import * as v from "valibot";

/** Go writes `null` for a list without members. */
const listOf = <T>(item: v.GenericSchema<unknown, T>) => v.nullish(v.array(item), () => []);

/** As much of an EndpointSlice as tells where the Pods of a Service are reached. */
export const endpointSlices = defineResource(
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    plural: "endpointslices",
    namespaced: true,
  },
  {
    addressType: v.string(),
    endpoints: listOf(
      v.object({
        addresses: v.array(v.string()),
        conditions: v.nullish(v.object({ ready: v.nullish(v.boolean()) })),
      }),
    ),
    ports: listOf(v.object({ name: v.nullish(v.string()), port: v.nullish(v.number()) })),
  },
);
export type EndpointSlice = ObjectOf<typeof endpointSlices>;

/** Which Service a slice is of. */
export const serviceNameLabel = "kubernetes.io/service-name";
