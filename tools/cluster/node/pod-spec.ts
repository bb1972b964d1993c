import { defineResource, type ObjectOf } from "@kubewarden-ts/api";
import * as v from "valibot";

const Item = v.looseObject({ key: v.string(), path: v.string() });
const Items = v.exactOptional(v.array(Item));

const EnvironmentVariable = v.looseObject({
  name: v.string(),
  value: v.exactOptional(v.string()),
  valueFrom: v.exactOptional(
    v.looseObject({
      fieldRef: v.exactOptional(v.looseObject({ fieldPath: v.string() })),
      secretKeyRef: v.exactOptional(
        v.looseObject({ name: v.string(), key: v.string(), optional: v.exactOptional(v.boolean()) }),
      ),
      configMapKeyRef: v.exactOptional(
        v.looseObject({ name: v.string(), key: v.string(), optional: v.exactOptional(v.boolean()) }),
      ),
    }),
  ),
});
export type EnvironmentVariable = v.InferOutput<typeof EnvironmentVariable>;

const Volume = v.looseObject({
  name: v.string(),
  emptyDir: v.exactOptional(v.looseObject({})),
  secret: v.exactOptional(v.looseObject({ secretName: v.string(), items: Items })),
  configMap: v.exactOptional(v.looseObject({ name: v.string(), items: Items })),
});
export type Volume = v.InferOutput<typeof Volume>;

const Container = v.looseObject({
  name: v.string(),
  image: v.string(),
  env: v.optional(v.array(EnvironmentVariable), []),
  volumeMounts: v.optional(v.array(v.looseObject({ name: v.string(), mountPath: v.string() })), []),
  readinessProbe: v.exactOptional(
    v.looseObject({
      httpGet: v.exactOptional(v.looseObject({ path: v.string(), port: v.number() })),
      periodSeconds: v.exactOptional(v.number()),
    }),
  ),
});
export type Container = v.InferOutput<typeof Container>;

/** A Pod as far as our node looks at it: what Deployments of policy servers say, and no more. */
export const runnablePods = defineResource(
  { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true },
  {
    spec: v.looseObject({
      nodeName: v.exactOptional(v.string()),
      serviceAccountName: v.optional(v.string(), "default"),
      terminationGracePeriodSeconds: v.optional(v.number(), 30),
      containers: v.array(Container),
      volumes: v.optional(v.array(Volume), []),
    }),
    status: v.exactOptional(
      v.looseObject({
        podIP: v.exactOptional(v.string()),
        conditions: v.exactOptional(v.array(v.looseObject({ type: v.string(), status: v.string() }))),
      }),
    ),
  },
);
export type RunnablePod = ObjectOf<typeof runnablePods>;
