import * as v from "valibot";
import { defineResource, type ObjectOf } from "../resource-type.ts";

export const leases = defineResource(
  { apiVersion: "coordination.k8s.io/v1", kind: "Lease", plural: "leases", namespaced: true },
  {
    spec: v.exactOptional(
      v.looseObject({
        holderIdentity: v.exactOptional(v.nullable(v.string())),
        leaseDurationSeconds: v.exactOptional(v.nullable(v.number())),
        /** with microseconds */
        acquireTime: v.exactOptional(v.nullable(v.string())),
        renewTime: v.exactOptional(v.nullable(v.string())),
        leaseTransitions: v.exactOptional(v.nullable(v.number())),
      }),
    ),
  },
);
export type Lease = ObjectOf<typeof leases>;
