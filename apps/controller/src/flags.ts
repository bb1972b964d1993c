import { defineFlags } from "@kubewarden-ts/cli";

/** Where Kubernetes mounts the Secret of the webhooks' certificate (controller.md 6.2). */
const defaultCertificatesFolder = "/tmp/k8s-webhook-server/serving-certs";

const addressFlags = defineFlags({
  "metrics-bind-address": {
    type: "string",
    valueName: "ADDRESS",
    default: ":8088",
    description: "Address of GET /metrics, in Prometheus' text format; 0 switches it off",
  },
  "health-probe-bind-address": {
    type: "string",
    valueName: "ADDRESS",
    default: ":8081",
    description: "Address of GET /healthz and GET /readyz; 0 switches them off",
  },
  "webhook-server-port": {
    type: "number",
    valueName: "PORT",
    default: 9443,
    description: "Port of the webhooks for Kubewarden's own kinds",
  },
  "webhook-service-name": {
    type: "string",
    valueName: "SERVICE",
    default: "kubewarden-controller-webhook-service",
    description: "Service that leads to these webhooks: their certificate is made for its name",
  },
  "webhook-certs-dir": {
    type: "string",
    valueName: "FOLDER",
    default: defaultCertificatesFolder,
    description:
      "kubewarden-ts only: folder with tls.crt and tls.key of these webhooks; the Secret is read where it has none",
  },
});

const clusterFlags = defineFlags({
  kubeconfig: {
    type: "string",
    valueName: "FILE",
    description: "Kubeconfig to use in place of KUBECONFIG, the pod's service account and ~/.kube/config",
  },
  "leader-elect": {
    type: "boolean",
    description: "Have only one of several controllers reconcile; the others answer webhooks and wait",
  },
  "deployments-namespace": {
    type: "string",
    valueName: "NAMESPACE",
    description: "Namespace of the policy servers and of all that belongs to them; needed",
  },
  "client-ca-configmap-name": {
    type: "string",
    valueName: "NAME",
    description: "ConfigMap with client-ca.crt: clients of all webhooks must show a certificate signed by it",
  },
  "always-accept-admission-reviews-on-deployments-namespace": {
    type: "boolean",
    description: "Have policy servers accept every request in the deployments namespace",
  },
  "image-pull-secrets": {
    type: "list",
    valueName: "NAMES",
    description: "Comma separated Secrets with which the image of policy servers is pulled",
  },
  "host-network": { type: "boolean", description: "Run policy servers in the network of their node" },
  "defaults-configmap-name": {
    type: "string",
    valueName: "NAME",
    default: "kubewarden-defaults",
    description: "ConfigMap with the policy servers and policies that are applied by default",
  },
});

const telemetryFlags = defineFlags({
  "enable-metrics": { type: "boolean", description: "Have policy servers and the controller send metrics" },
  "enable-tracing": { type: "boolean", description: "Have policy servers send traces" },
  "enable-otel-sidecar": {
    type: "boolean",
    description: "Send them to a collector beside each policy server, which OpenTelemetry's operator injects",
  },
  "opentelemetry-certificate-secret": {
    type: "string",
    valueName: "NAME",
    description: "Secret with the certificate authority of a collector elsewhere",
  },
  "opentelemetry-client-certificate-secret": {
    type: "string",
    valueName: "NAME",
    description: "Secret with the certificate that such a collector is shown",
  },
  "policy-server-metrics-port": {
    type: "number",
    valueName: "PORT",
    description:
      "Port of the metrics of policy servers; without it KUBEWARDEN_POLICY_SERVER_SERVICES_METRICS_PORT, else 8080",
  },
});

const logFlags = defineFlags({
  "zap-devel": {
    type: "boolean",
    description: "Defaults for developers: encoder console, level debug; else json and info",
  },
  "zap-encoder": { type: "enum", values: ["json", "console"], description: "Format of the log" },
  "zap-log-level": {
    type: "string",
    valueName: "LEVEL",
    description: "debug, info, error, panic, or a number above 0: the higher, the more is logged",
  },
  "zap-stacktrace-level": {
    type: "enum",
    values: ["info", "error", "panic"],
    description: "Understood, without effect: lines carry no stack traces",
  },
  "zap-time-encoding": {
    type: "enum",
    values: ["epoch", "millis", "nano", "iso8601", "rfc3339", "rfc3339nano"],
    default: "rfc3339",
    description: "Format of times in the log",
  },
});

const cleanupFlags = defineFlags({
  cleanup: {
    type: "boolean",
    description: "Remove what was installed and end: for the uninstallation of the chart",
  },
  "controller-deployment-name": {
    type: "string",
    valueName: "NAME",
    description: "With --cleanup: Deployment of the controller, removed first",
  },
});

/** Flags of all generations of upstream's controller (controller.md 6.1, 8). */
export const controllerFlags = defineFlags({
  ...addressFlags,
  ...clusterFlags,
  ...telemetryFlags,
  ...logFlags,
  ...cleanupFlags,
});
