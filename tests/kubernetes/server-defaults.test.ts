import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  configMaps,
  deployments,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { silentLogger } from "@kubewarden-ts/base";
import {
  createKubeClient,
  createObjectClient,
  createOrMergePatch,
  type KubeClient,
  type ObjectClient,
} from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";

const labels = { app: "x" };
const http = { path: "/readiness", port: 8081 };
const container = { name: "a", image: "example.test/a:v1" };
const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
const webhook = {
  ...{ name: "a.example.test", admissionReviewVersions: ["v1"], rules: [rule], sideEffects: "None" },
  clientConfig: { service: { namespace: "none", name: "none" } },
  failurePolicy: "Ignore",
  objectSelector: { matchLabels: { never: "matches" } },
};

function deployment(pod: object, spec: object = {}): object {
  const template = { metadata: { labels, annotations: {} }, spec: { containers: [container], ...pod } };
  return { spec: { selector: { matchLabels: labels }, template, ...spec } };
}

const inContainer = (fields: object) => deployment({ containers: [{ ...container, ...fields }] });
const withImage = (image: string) => deployment({ containers: [{ ...container, image }] });
const podAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: [
    { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" },
  ],
};

/** Every object is as controllers write it; the API server fills in what is missing. */
const rows: readonly [string, ResourceType<KubernetesObject>, object][] = [
  ["a minimal Deployment", deployments, deployment({})],
  ["its strategy", deployments, deployment({}, { strategy: { type: "RollingUpdate" } })],
  ["another strategy", deployments, deployment({}, { strategy: { type: "Recreate" }, replicas: 0 })],
  ["empty fields of a Pod", deployments, deployment({ affinity: {}, tolerations: [], securityContext: {} })],
  ["an account", deployments, deployment({ serviceAccountName: "b", imagePullSecrets: [{ name: "c" }] })],
  [
    "the host's network",
    deployments,
    deployment({ hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }),
  ],
  ["no host's network", deployments, deployment({ hostNetwork: false, dnsPolicy: "ClusterFirst" })],
  ["affinity", deployments, deployment({ affinity: { podAffinity } })],
  ["tolerations", deployments, deployment({ tolerations: [{ key: "a", operator: "Exists" }] })],
  ["security of a Pod", deployments, deployment({ securityContext: { runAsUser: 0, fsGroup: 1 } })],
  ["an untagged image", deployments, withImage("example.test/a")],
  ["the latest image", deployments, withImage("example.test:5000/a:latest")],
  ["a pinned image", deployments, withImage(`example.test:5000/a@sha256:${"0".repeat(64)}`)],
  [
    "a container's security",
    deployments,
    inContainer({
      securityContext: {
        ...{ privileged: false, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        ...{ runAsNonRoot: true, capabilities: { drop: ["ALL"] } },
      },
    }),
  ],
  [
    "resources in other words",
    deployments,
    inContainer({ resources: { limits: { cpu: "1000m", memory: "1024Mi" }, requests: { cpu: 0.5 } } }),
  ],
  ["a probe", deployments, inContainer({ readinessProbe: { httpGet: { ...http, scheme: "HTTP" } } })],
  ["a probe without scheme", deployments, inContainer({ livenessProbe: { httpGet: http } })],
  ["a port", deployments, inContainer({ ports: [{ containerPort: 80 }] })],
  [
    "an environment",
    deployments,
    inContainer({
      env: [
        { name: "A", value: "" },
        { name: "B", value: "b" },
        { name: "C", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "D", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
        { name: "E", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
      ],
    }),
  ],
  [
    "volumes",
    deployments,
    deployment({
      containers: [
        {
          ...container,
          volumeMounts: [
            { name: "a", mountPath: "/a", readOnly: false },
            { name: "b", mountPath: "/b", readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "a", emptyDir: {} },
        { name: "b", secret: { secretName: "s" } },
        { name: "c", configMap: { name: "c", items: [{ key: "k", path: "p" }] } },
        { name: "d", projected: { sources: [{ configMap: { name: "c" } }] } },
      ],
    }),
  ],
  ["a Service", services, { spec: { ports: [{ name: "a", port: 443 }], selector: labels } }],
  [
    "a Service with a target",
    services,
    { spec: { type: "ClusterIP", ports: [{ port: 443, targetPort: 8443, protocol: "TCP" }] } },
  ],
  ["a ConfigMap", configMaps, { data: { a: "b", empty: "" } }],
  ["an empty ConfigMap", configMaps, { data: {} }],
  ["a Secret", secrets, { data: { a: "Yg==" } }],
  ["a minimum", podDisruptionBudgets, { spec: { minAvailable: 1, selector: { matchLabels: labels } } }],
  ["a maximum", podDisruptionBudgets, { spec: { maxUnavailable: "25%", selector: { matchLabels: labels } } }],
  ["a validating webhook", validatingWebhookConfigurations, { webhooks: [webhook] }],
  ["a mutating webhook", mutatingWebhookConfigurations, { webhooks: [webhook] }],
  [
    "selectors and conditions",
    validatingWebhookConfigurations,
    {
      webhooks: [
        {
          ...webhook,
          matchConditions: [{ name: "a", expression: "true" }],
          namespaceSelector: { matchExpressions: [{ key: "a", operator: "NotIn", values: ["b"] }] },
          objectSelector: {},
          rules: [{ ...rule, scope: "Namespaced" }],
          timeoutSeconds: 10,
        },
      ],
    },
  ],
];

describe.skipIf(requires("kubernetes").skip)("what a real API server fills in", () => {
  let client: KubeClient;
  let objects: ObjectClient;
  let namespace: string;
  beforeAll(async () => {
    const { url, ca, adminToken, ...plane } = await controlPlane();
    const access = staticAccess(url, { token: adminToken, tls: { ca } });
    client = createKubeClient(access, { log: silentLogger, userAgent: "defaults-test" });
    objects = createObjectClient(client);
    namespace = await plane.createNamespace();
  });
  afterAll(async () => await client?.[Symbol.asyncDispose]());

  it.each(rows)("controller 44: is no difference: %s", async (row, type, body) => {
    const name = `${namespace}-${row.toLowerCase().replace(/[^a-z]+/g, "-")}`;
    const { apiVersion, kind, namespaced } = type;
    const metadata = { name, ...(namespaced && { namespace }), labels, annotations: { a: "b" } };
    const desired = { apiVersion, kind, metadata, ...body };
    const { object: current } = await createOrMergePatch(objects, type, { current: undefined, desired });
    const refuse = (): never => {
      throw new Error("a write");
    };
    const readOnly = { ...objects, create: refuse, mergePatch: refuse };
    const second = await createOrMergePatch(readOnly, type, { current, desired });
    expect(second).toEqual({ object: current, changed: "no" });
    if (!namespaced) await objects.delete(type, { name });
  });
});
