import * as v from "valibot";
import { defineResource, type ObjectOf } from "../resource-type.ts";

/** Events of `v1`: what upstream's role for the controller allows to create and patch (controller.md 6.6). */
export const events = defineResource(
  { apiVersion: "v1", kind: "Event", plural: "events", namespaced: true },
  {
    involvedObject: v.looseObject({
      apiVersion: v.exactOptional(v.string()),
      kind: v.exactOptional(v.string()),
      name: v.exactOptional(v.string()),
      namespace: v.exactOptional(v.string()),
      uid: v.exactOptional(v.string()),
    }),
    type: v.exactOptional(v.string()),
    reason: v.exactOptional(v.string()),
    message: v.exactOptional(v.string()),
    count: v.exactOptional(v.number()),
    firstTimestamp: v.exactOptional(v.nullable(v.string())),
    lastTimestamp: v.exactOptional(v.nullable(v.string())),
    source: v.exactOptional(v.looseObject({ component: v.exactOptional(v.string()) })),
  },
);
export type KubernetesEvent = ObjectOf<typeof events>;
