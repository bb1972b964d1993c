import * as v from "valibot";
import { StringMap } from "../mapping.ts";
import { defineResource, type ObjectOf } from "../resource-type.ts";

const IntOrString = v.union([v.number(), v.string()]);

const PodTemplate = v.looseObject({
  metadata: v.exactOptional(
    v.looseObject({
      labels: v.exactOptional(v.nullable(StringMap)),
      annotations: v.exactOptional(v.nullable(StringMap)),
    }),
  ),
  spec: v.exactOptional(v.looseObject({})),
});

export const deployments = defineResource(
  { apiVersion: "apps/v1", kind: "Deployment", plural: "deployments", namespaced: true },
  {
    spec: v.exactOptional(
      v.looseObject({ replicas: v.exactOptional(v.nullable(v.number())), template: PodTemplate }),
    ),
    status: v.exactOptional(v.looseObject({})),
  },
);
export type Deployment = ObjectOf<typeof deployments>;

export const replicaSets = defineResource(
  { apiVersion: "apps/v1", kind: "ReplicaSet", plural: "replicasets", namespaced: true },
  { spec: v.exactOptional(v.looseObject({})), status: v.exactOptional(v.looseObject({})) },
);
export type ReplicaSet = ObjectOf<typeof replicaSets>;

export const pods = defineResource(
  { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true },
  {
    spec: v.exactOptional(v.looseObject({ nodeName: v.exactOptional(v.string()) })),
    status: v.exactOptional(
      v.looseObject({
        phase: v.exactOptional(v.string()),
        podIP: v.exactOptional(v.string()),
        conditions: v.exactOptional(v.array(v.looseObject({ type: v.string(), status: v.string() }))),
      }),
    ),
  },
);
export type Pod = ObjectOf<typeof pods>;

export const podDisruptionBudgets = defineResource(
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets", namespaced: true },
  {
    spec: v.exactOptional(
      v.looseObject({
        minAvailable: v.exactOptional(v.nullable(IntOrString)),
        maxUnavailable: v.exactOptional(v.nullable(IntOrString)),
      }),
    ),
  },
);
export type PodDisruptionBudget = ObjectOf<typeof podDisruptionBudgets>;
