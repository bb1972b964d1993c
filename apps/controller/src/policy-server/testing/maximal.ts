import type { PolicyServer } from "@kubewarden-ts/api/policies";
import type { ControllerConfig } from "../../config.ts";
import { policyServer } from "../../policy/testing/objects.ts";
import { controllerConfig } from "./config.ts";

/** A PolicyServer that says everything that one can say. */
export function maximalServer(name = "default", spec: object = {}): PolicyServer {
  return policyServer(name, {}, { ...podSpec, ...policySpec, ...spec });
}

const podSpec = {
  replicas: 3,
  maxUnavailable: "50%",
  annotations: { "example.com/note": "n", "example.com/a": "a" },
  labels: { team: "t", "app.kubernetes.io/part-of": "mine" },
  env: [
    { name: "KUBEWARDEN_LOG_LEVEL", value: "debug" },
    { name: "SECRET", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
    { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
  ],
  serviceAccountName: "policy-server",
  securityContexts: { container: { runAsUser: 1000 }, pod: { fsGroup: 2000 } },
  affinity: { nodeAffinity: {} },
  limits: { cpu: "1000m", memory: "1024Mi" },
  requests: { cpu: 1, memory: "1Gi" },
  tolerations: [{ key: "k", operator: "Exists" }],
  priorityClassName: "system-cluster-critical",
  webhookPort: 9443,
  readinessProbePort: 9081,
  metricsPort: 9090,
};
const policySpec = {
  imagePullSecret: "pull",
  insecureSources: ["registry.example.com"],
  sourceAuthorities: { "registry.example.com": ["PEM"] },
  verificationConfig: "verification",
  sigstoreTrustConfig: "trust",
  namespacedPoliciesCapabilities: ["oci/*"],
};

/** A controller with all flags that can be set together. */
export function maximalConfig(): ControllerConfig {
  return controllerConfig({
    alwaysAcceptInDeploymentsNamespace: true,
    clientCaConfigMapName: "client-ca",
    imagePullSecrets: ["image-pull"],
    hostNetwork: true,
    telemetry: {
      ...{ metrics: true, tracing: true, certificateSecret: "ca", clientCertificateSecret: "client" },
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector:4317",
        OTEL_EXPORTER_OTLP_CERTIFICATE: "/otel/ca/ca.crt",
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "/otel/client/tls.crt",
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "5",
      },
    },
  });
}
