import type { PemPair } from "../../apps/controller/src/certificates/issue.ts";

/** A manifest of any kind. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

const common = {
  "app.kubernetes.io/component": "policy-server",
  "app.kubernetes.io/instance": "policy-server-default",
  "app.kubernetes.io/part-of": "kubewarden",
  "app.kubernetes.io/managed-by": "kubewarden-controller",
};
const own = { "kubewarden/policy-server": "default" };
const name = "policy-server-default";
const image = "ghcr.io/kubewarden/policy-server:v1.36.0";

export const policyServer: Manifest = {
  apiVersion: "policies.kubewarden.io/v1",
  kind: "PolicyServer",
  metadata: { name: "default", finalizers: ["kubewarden.io/finalizer"] },
  spec: { image, replicas: 1, minAvailable: 1 },
};

export const policy: Manifest = {
  apiVersion: "policies.kubewarden.io/v1",
  kind: "ClusterAdmissionPolicy",
  metadata: { name: "privileged", finalizers: ["kubewarden.io/finalizer"] },
  spec: {
    module: "registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0",
    mutating: false,
    rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
    settings: { note: "a<b>&c" },
  },
};

/** Bytes as upstream's controller writes them (controller.md 3.3). */
const policiesYml =
  '{"clusterwide-privileged":{"namespacedName":{"Namespace":"","Name":"privileged"},"module":"registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0","policyMode":"protect","allowedToMutate":false,"settings":{"note":"a\\u003cb\\u003e\\u0026c"},"hostCapabilities":["*"]}}';

/** What the other objects need to know of those that the API server has. */
export interface Written {
  readonly namespace: string;
  readonly policyServerUid: string;
  readonly authority: PemPair;
  readonly serving: PemPair;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function owned({ namespace, policyServerUid }: Written) {
  const owner = {
    apiVersion: "policies.kubewarden.io/v1",
    kind: "PolicyServer",
    name: "default",
    uid: policyServerUid,
  };
  return { name, namespace, ownerReferences: [owner] };
}

/** The authority, as upstream's chart makes it. */
export function authoritySecret({ namespace, authority }: Written): Manifest {
  const data = { "ca.crt": base64(authority.certificate), "ca.key": base64(authority.key) };
  const metadata = { name: "kubewarden-ca", namespace };
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data };
}

/** The objects of a PolicyServer as upstream's controller leaves them (controller.md 3), but for the Deployment. */
export function serverObjects(written: Written): Manifest[] {
  const metadata = owned(written);
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        ...metadata,
        labels: { "app.kubernetes.io/part-of": "kubewarden", "app.kubernetes.io/component": "policy-server" },
        annotations: { "kubewarden.io/cert-format-version": "1" },
      },
      type: "Opaque",
      data: { "tls.crt": base64(written.serving.certificate), "tls.key": base64(written.serving.key) },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { ...metadata, labels: own },
      data: { "policies.yml": policiesYml, "sources.yml": "{}" },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { ...metadata, labels: common },
      spec: {
        minAvailable: 1,
        selector: {
          matchLabels: {
            "app.kubernetes.io/instance": name,
            "app.kubernetes.io/part-of": "kubewarden",
            ...own,
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, labels: { ...own, ...common } },
      spec: {
        type: "ClusterIP",
        selector: { "app.kubernetes.io/instance": name, "app.kubernetes.io/part-of": "kubewarden" },
        ports: [{ name: "policy-server", port: 443, protocol: "TCP", targetPort: 8443 }],
      },
    },
  ];
}

const environment = [
  ["KUBEWARDEN_CERT_FILE", "/pki/tls.crt"],
  ["KUBEWARDEN_KEY_FILE", "/pki/tls.key"],
  ["KUBEWARDEN_PORT", "8443"],
  ["KUBEWARDEN_READINESS_PROBE_PORT", "8081"],
  ["KUBEWARDEN_POLICIES_DOWNLOAD_DIR", "/tmp"],
  ["KUBEWARDEN_POLICIES", "/config/policies.yml"],
  ["KUBEWARDEN_SIGSTORE_CACHE_DIR", "/tmp/sigstore-data"],
];

const podSpec = {
  affinity: {},
  dnsPolicy: "ClusterFirst",
  securityContext: { seccompProfile: { type: "RuntimeDefault" } },
  volumes: [
    { name: "policy-store", emptyDir: {} },
    { name: "certs", secret: { secretName: name } },
    {
      name: "policies",
      configMap: { name, items: [{ key: "policies.yml", path: "policies.yml" }] },
    },
  ],
  containers: [
    {
      name,
      image,
      env: environment.map(([variable, value]) => ({ name: variable, value })),
      readinessProbe: { httpGet: { path: "/readiness", port: 8081, scheme: "HTTP" } },
      securityContext: {
        readOnlyRootFilesystem: true,
        privileged: false,
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [
        { name: "policy-store", mountPath: "/tmp" },
        { name: "certs", mountPath: "/pki", readOnly: true },
        { name: "policies", mountPath: "/config", readOnly: true },
      ],
    },
  ],
};

/** The Deployment (controller.md 3.5); `configVersion` is the resource version of the ConfigMap. */
export function deployment(written: Written, configVersion: string): Manifest {
  const version = { "kubewarden/config-version": configVersion };
  const app = { app: "kubewarden-policy-server-default" };
  const annotations = {
    "kubewarden.io/managed-annotation-keys": "",
    "kubewarden.io/managed-label-keys": "",
    ...version,
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...owned(written), labels: { ...own, ...common }, annotations },
    spec: {
      replicas: 1,
      selector: { matchLabels: app },
      strategy: { type: "RollingUpdate" },
      template: { metadata: { labels: { ...app, ...version, ...own, ...common } }, spec: podSpec },
    },
  };
}

/** The policy's webhook (controller.md 4.4). */
export function webhookConfiguration({ namespace, authority }: Written): Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: {
      name: "clusterwide-privileged",
      labels: { "app.kubernetes.io/part-of": "kubewarden" },
      annotations: { kubewardenPolicyName: "privileged", kubewardenPolicyNamespace: "" },
    },
    webhooks: [
      {
        name: "clusterwide-privileged.kubewarden.admission",
        clientConfig: {
          service: { namespace, name, path: "/validate/clusterwide-privileged", port: 443 },
          caBundle: base64(authority.certificate),
        },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
        sideEffects: "None",
        timeoutSeconds: 10,
        admissionReviewVersions: ["v1"],
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: [namespace] }],
        },
      },
    ],
  };
}
