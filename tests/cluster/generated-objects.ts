import fc from "fast-check";
import { generatedPod } from "../kubernetes/generated-pods.ts";
import type { AuditedKind } from "./audited-policies.ts";

/** An object as it is sent to the API server, but for its name and namespace. */
export interface GeneratedObject {
  readonly apiVersion: string;
  readonly kind: AuditedKind;
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const label = {
  "cost-center": fc.constantFrom("cc-1", "cc-22", "none"),
  owner: fc.constantFrom("shop", "bank"),
  tier: fc.constantFrom("front", "back"),
};
const labels = fc
  .record(label, { requiredKeys: [] })
  .map((found) => ({ ...found }) as Record<string, string>);

/**
 * Without Pods of Windows: those that a policy gives capabilities are no valid ones for the API server, which nobody can
 * know who asks the policy alone.
 */
const podParts = generatedPod
  .map(({ metadata, spec }) => {
    const { annotations = {} } = metadata as { annotations?: Record<string, string> };
    return { annotations, spec: spec as { os?: unknown } };
  })
  .filter(({ spec }) => spec.os === undefined);

const pod = fc.tuple(podParts, labels).map(
  ([{ annotations, spec }, found]): GeneratedObject => ({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { labels: found, annotations }, spec },
  }),
);

/** Without replicas, so that nobody makes Pods of it. */
const deployment = fc.tuple(podParts, labels).map(([{ annotations, spec }, found]): GeneratedObject => {
  const matchLabels = { app: "generated" };
  const template = { metadata: { labels: matchLabels, annotations }, spec };
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { labels: found } },
    spec: { replicas: 0, selector: { matchLabels }, template },
  };
});

/** Few get one of the few addresses that the cluster has. */
const serviceSpec = fc.constantFrom(
  ...[{ type: "LoadBalancer" }, { type: "NodePort" }],
  ...[{ clusterIP: "None" }, { clusterIP: "None" }, { type: "ExternalName", externalName: "shop.test" }],
);
const service = fc.tuple(serviceSpec, labels).map(
  ([spec, found]): GeneratedObject => ({
    ...{ apiVersion: "v1", kind: "Service", metadata: { labels: found } },
    spec: { ...spec, ports: [{ port: 80 }], selector: { app: "generated" } },
  }),
);

const configMap = labels.map(
  (found): GeneratedObject => ({
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { labels: found }, data: { text: "x" } },
  }),
);

const namespace = labels.map(
  (found): GeneratedObject => ({
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { labels: found } },
  }),
);

const kinds: Readonly<Record<AuditedKind, fc.Arbitrary<GeneratedObject>>> = {
  ...{ Pod: pod, Deployment: deployment, Service: service, ConfigMap: configMap, Namespace: namespace },
};

/** The same objects for the same seed. */
export function generateObjects(
  ofKinds: readonly AuditedKind[],
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly GeneratedObject[] {
  return fc.sample(fc.oneof(...ofKinds.map((kind) => kinds[kind])), { numRuns: count, seed });
}
