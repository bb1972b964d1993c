import fc from "fast-check";
import * as v from "valibot";
import { generatedPod } from "../kubernetes/generated-pods.ts";
import type { AuditedKind } from "./audited-kinds.ts";

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

/** Half of them have one. */
const maybeOneOf = <Value>(...values: Value[]) => fc.constantFrom(...values, ...values.map(() => undefined));

const labels = fc
  .record({
    "cost-center": maybeOneOf("cc-1", "cc-22", "none"),
    owner: maybeOneOf("shop", "bank"),
    tier: maybeOneOf("front", "back"),
  })
  .map((found) => {
    const entries = Object.entries(found);
    return Object.fromEntries(
      entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    );
  });

const GeneratedPodParts = v.looseObject({
  metadata: v.looseObject({ annotations: v.optional(v.record(v.string(), v.string()), {}) }),
  spec: v.looseObject({ containers: v.array(v.looseObject({})) }),
});

const podParts = fc.tuple(generatedPod, maybeOneOf("32Mi", "4Gi")).map(([generated, memory]) => {
  const { metadata, spec } = v.parse(GeneratedPodParts, generated);
  const resources = memory === undefined ? {} : { limits: { memory } };
  const containers = spec.containers.map((container) => ({ ...container, resources }));
  return { annotations: metadata.annotations, spec: { ...spec, containers } };
});

const pod = fc.tuple(podParts, labels).map(
  ([{ annotations, spec }, found]): GeneratedObject => ({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { labels: found, annotations }, spec },
  }),
);

/** Paused, so that Kubernetes' own controllers make nothing of it. */
const deployment = fc.tuple(podParts, labels).map(([{ annotations, spec }, found]): GeneratedObject => {
  const matchLabels = { app: "generated" };
  const template = { metadata: { labels: matchLabels, annotations }, spec };
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { labels: found } },
    spec: { paused: true, replicas: 0, selector: { matchLabels }, template },
  };
});

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

/** Some have what the policy `echo` refuses. */
const configMap = fc.tuple(labels, fc.boolean()).map(
  ([found, echoes]): GeneratedObject => ({
    ...{ apiVersion: "v1", kind: "ConfigMap", data: { text: "x" } },
    metadata: { labels: found, annotations: echoes ? { "io.kubewarden.policy.echo.update": "yes" } : {} },
  }),
);

const namespace = labels.map(
  (found): GeneratedObject => ({
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { labels: found } },
  }),
);

const hosts = fc.uniqueArray(fc.constantFrom("shop.test", "bank.test", "news.test"), {
  minLength: 1,
  maxLength: 2,
});
const ingress = fc.tuple(hosts, fc.boolean(), labels).map(([names, hasTlsForAll, found]): GeneratedObject => {
  const backend = { service: { name: "shop", port: { number: 80 } } };
  const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };
  const tls = [{ hosts: hasTlsForAll ? names : names.slice(1) }];
  return {
    ...{ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { labels: found } },
    spec: { rules: names.map((host) => ({ host, http })), tls },
  };
});

const widget = fc.tuple(labels, fc.nat()).map(
  ([found, size]): GeneratedObject => ({
    ...{ apiVersion: "example.com/v1", kind: "Widget", metadata: { labels: found }, spec: { size } },
  }),
);

const kinds: Readonly<Record<AuditedKind, fc.Arbitrary<GeneratedObject>>> = {
  ...{ Pod: pod, Deployment: deployment, Service: service, ConfigMap: configMap, Namespace: namespace },
  ...{ Ingress: ingress, Widget: widget },
};

/** The same objects for the same seed. */
export function generateObjects(
  kind: AuditedKind,
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly GeneratedObject[] {
  return fc.sample(kinds[kind], { numRuns: count, seed });
}

/** The same in another order, which is the same for the same seed. */
export function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const all = fc.shuffledSubarray([...items], { minLength: items.length });
  return fc.sample(all, { numRuns: 1, seed })[0] ?? [];
}
