/** Bodies that are measured, an ordinary Pod and a large one, and the containers that make up that size. */
export const bodySizes = { "5 KB": 4, "42 KB": 54 } as const;
export type BodySize = keyof typeof bodySizes;

/** The AdmissionReview of a Pod without privileged containers, as the API server sends it, in about that size. */
export function admissionReview(size: BodySize): Uint8Array {
  const review = { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", request: podRequest(size) };
  return new TextEncoder().encode(JSON.stringify(review));
}

/** The request of that review as a policy is handed it: what is `null` is left out. */
export function guestRequest(size: BodySize): object {
  return Object.fromEntries(Object.entries(podRequest(size)).filter(([, value]) => value !== null));
}

function podRequest(size: BodySize): object {
  const kind = { group: "", version: "v1", kind: "Pod" };
  const resource = { group: "", version: "v1", resource: "pods" };
  return {
    uid: "9f1c6f4e-0d0b-4c5c-8c1a-3f5f0f6f7a10",
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    name: "shop-frontend-6d5f7c9b8d-x2x7k",
    namespace: "shop",
    operation: "CREATE",
    userInfo: {
      username: "system:serviceaccount:kube-system:replicaset-controller",
      uid: "3a8c5f6e-7d37-4c21-9fd1-1f0f0f0e9c55",
      groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
    },
    object: pod(bodySizes[size]),
    oldObject: null,
    dryRun: false,
    options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
  };
}

function pod(containers: number): object {
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: "shop-frontend-6d5f7c9b8d-x2x7k",
      generateName: "shop-frontend-6d5f7c9b8d-",
      namespace: "shop",
      creationTimestamp: null,
      labels: { app: "shop", tier: "frontend", "pod-template-hash": "6d5f7c9b8d", owner: "team-web" },
      annotations: {
        "example.com/description": 'serves the "shop" front end\nto customers',
        "example.com/cost": "1.0",
      },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: "shop-frontend-6d5f7c9b8d", controller: true },
      ],
    },
    spec: {
      volumes: [
        {
          name: "token",
          projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: "token" } }] },
        },
      ],
      containers: Array.from({ length: containers }, (_, index) => container(index)),
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      serviceAccountName: "shop",
      securityContext: { runAsNonRoot: true, fsGroup: 2000 },
      tolerations: [
        {
          key: "node.kubernetes.io/not-ready",
          operator: "Exists",
          effect: "NoExecute",
          tolerationSeconds: 300,
        },
      ],
      priority: 0,
    },
    status: {},
  };
}

function container(index: number): object {
  return {
    name: `service-${index}`,
    image: `images.example.com/shop/service-${index}:1.29.${index}`,
    args: ["--listen", `0.0.0.0:${8080 + index}`, "--log-format=json"],
    ports: [{ name: "http", containerPort: 8080 + index, protocol: "TCP" }],
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
      { name: "GREETING", value: "Grüß Gott" },
    ],
    resources: { limits: { cpu: "500m", memory: "256Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
    volumeMounts: [{ name: "token", readOnly: true, mountPath: "/var/run/secrets/tokens" }],
    livenessProbe: { httpGet: { path: "/healthz", port: "http", scheme: "HTTP" }, periodSeconds: 10 },
    imagePullPolicy: "IfNotPresent",
    securityContext: { privileged: false, capabilities: { drop: ["ALL"] }, allowPrivilegeEscalation: false },
  };
}
