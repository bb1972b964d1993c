import { defineFlags } from "@kubewarden-ts/cli";
import { limitFlags } from "@kubewarden-ts/policy-evaluation";
import { defaultMaxPendingBytes } from "@kubewarden-ts/policy-runtime/node";

/**
 * The options of `policy-server` (policy-server 1), in upstream's order, our own ones last. Numbers are texts here:
 * upstream reads them after the command line, with exit code 1 in place of the 2 of usage errors.
 */
export const serverFlags = defineFlags({
  addr: {
    type: "string",
    valueName: "BIND_ADDRESS",
    env: "KUBEWARDEN_BIND_ADDRESS",
    default: "0.0.0.0",
    description: "Bind against ADDRESS",
  },
  port: {
    type: "string",
    valueName: "PORT",
    env: "KUBEWARDEN_PORT",
    default: "3000",
    description: "Listen on PORT",
  },
  "readiness-probe-port": {
    type: "string",
    valueName: "READINESS_PROBE_PORT",
    env: "KUBEWARDEN_READINESS_PROBE_PORT",
    default: "8081",
    description: "Expose the readiness endpoint on READINESS_PROBE_PORT, always by plain HTTP",
  },
  workers: {
    type: "string",
    valueName: "WORKERS_NUMBER",
    env: "KUBEWARDEN_WORKERS",
    description:
      "Number of evaluations that run at the same time. Default: the CPUs available to the process",
  },
  "cert-file": {
    type: "string",
    valueName: "CERT_FILE",
    env: "KUBEWARDEN_CERT_FILE",
    description: "Path to an X.509 certificate file for HTTPS, intermediates after the leaf",
  },
  "key-file": {
    type: "string",
    valueName: "KEY_FILE",
    env: "KUBEWARDEN_KEY_FILE",
    description: "Path to an X.509 private key file for HTTPS",
  },
  "client-ca-file": {
    type: "list",
    valueName: "CLIENT_CA_FILE",
    env: "KUBEWARDEN_CLIENT_CA_FILE",
    description:
      "Comma separated paths to certificate authorities of clients; clients must then show a certificate",
  },
  policies: {
    type: "string",
    valueName: "POLICIES_FILE",
    env: "KUBEWARDEN_POLICIES",
    default: "policies.yml",
    description: "YAML file holding the policies to be loaded and their settings",
  },
  "policies-download-dir": {
    type: "string",
    valueName: "POLICIES_DOWNLOAD_DIR",
    env: "KUBEWARDEN_POLICIES_DOWNLOAD_DIR",
    default: ".",
    description: "Root of the folder where downloaded modules are kept",
  },
  "sources-path": {
    type: "string",
    valueName: "SOURCES_PATH",
    env: "KUBEWARDEN_SOURCES_PATH",
    description: "YAML file holding source information (https, registry insecure hosts, custom CAs, proxies)",
  },
  "verification-path": {
    type: "string",
    valueName: "VERIFICATION_CONFIG_PATH",
    env: "KUBEWARDEN_VERIFICATION_CONFIG_PATH",
    description: "YAML file holding verification information (identities, public keys)",
  },
  "docker-config-json-path": {
    type: "string",
    valueName: "DOCKER_CONFIG",
    env: "KUBEWARDEN_DOCKER_CONFIG_JSON_PATH",
    description: "Path to a folder with a Docker config.json that holds registry credentials",
  },
  "sigstore-cache-dir": {
    type: "string",
    valueName: "SIGSTORE_CACHE_DIR",
    env: "KUBEWARDEN_SIGSTORE_CACHE_DIR",
    default: "sigstore-data",
    description: "Folder used to cache Sigstore data",
  },
  "sigstore-trust-config": {
    type: "string",
    valueName: "SIGSTORE_TRUST_CONFIG_PATH",
    env: "KUBEWARDEN_SIGSTORE_TRUST_CONFIG_PATH",
    description: "JSON file with a Sigstore ClientTrustConfig, in place of the public trust root",
  },
  "always-accept-admission-reviews-on-namespace": {
    type: "string",
    valueName: "NAMESPACE",
    env: "KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_NAMESPACE",
    description: "Always accept requests in this namespace, without running the policy",
  },
  "policy-timeout": {
    type: "string",
    valueName: "MAXIMUM_EXECUTION_TIME_SECONDS",
    env: "KUBEWARDEN_POLICY_TIMEOUT",
    default: "2",
    description: "Interrupt policy evaluation after this time, in seconds",
  },
  "disable-timeout-protection": {
    type: "boolean",
    env: "KUBEWARDEN_DISABLE_TIMEOUT_PROTECTION",
    description: "Do not limit the time of policy evaluations, also where a policy sets its own limit",
  },
  "ignore-kubernetes-connection-failure": {
    type: "boolean",
    env: "KUBEWARDEN_IGNORE_KUBERNETES_CONNECTION_FAILURE",
    description: "Do not exit with an error if the Kubernetes connection fails",
  },
  "continue-on-errors": {
    type: "boolean",
    env: "KUBEWARDEN_CONTINUE_ON_ERRORS",
    hidden: true,
    description: "Start although policies cannot be initialised; requests to these are rejected",
  },
  "enable-metrics": { type: "boolean", env: "KUBEWARDEN_ENABLE_METRICS", description: "Enable metrics" },
  "enable-pprof": { type: "boolean", env: "KUBEWARDEN_ENABLE_PPROF", description: "Enable profiling routes" },
  "log-level": {
    type: "enum",
    valueName: "LOG_LEVEL",
    env: "KUBEWARDEN_LOG_LEVEL",
    values: ["trace", "debug", "info", "warn", "error"],
    default: "info",
    description: "Log level",
  },
  "log-fmt": {
    type: "enum",
    valueName: "LOG_FMT",
    env: "KUBEWARDEN_LOG_FMT",
    values: ["text", "json", "otlp"],
    default: "text",
    description: "Log output format",
  },
  "log-no-color": {
    type: "boolean",
    env: "NO_COLOR",
    setByAnyText: true,
    description: "Disable colored output for logs",
  },
  daemon: { type: "boolean", env: "KUBEWARDEN_DAEMON", description: "Run the server in the background" },
  "daemon-pid-file": {
    type: "string",
    valueName: "DAEMON-PID-FILE",
    env: "KUBEWARDEN_DAEMON_PID_FILE",
    default: "policy-server.pid",
    description: "File that holds the process id when run in the background",
  },
  "daemon-stdout-file": {
    type: "string",
    valueName: "DAEMON-STDOUT-FILE",
    env: "KUBEWARDEN_DAEMON_STDOUT_FILE",
    description: "File for the standard output when run in the background",
  },
  "daemon-stderr-file": {
    type: "string",
    valueName: "DAEMON-STDERR-FILE",
    env: "KUBEWARDEN_DAEMON_STDERR_FILE",
    description: "File for the standard error when run in the background",
  },
  "max-body-bytes": {
    type: "string",
    valueName: "BYTES",
    env: "KUBEWARDEN_MAX_BODY_BYTES",
    default: String(8 * 1024 * 1024),
    description: "kubewarden-ts only: largest request body that is accepted, in bytes",
  },
  "max-module-bytes": {
    type: "string",
    valueName: "BYTES",
    env: "KUBEWARDEN_MAX_MODULE_BYTES",
    default: String(128 * 1024 * 1024),
    description: "kubewarden-ts only: largest policy module that is accepted, in bytes",
  },
  "enable-prometheus-metrics": {
    type: "boolean",
    env: "KUBEWARDEN_ENABLE_PROMETHEUS_METRICS",
    description: "kubewarden-ts only: answer GET /metrics on the readiness port, in Prometheus' text format",
  },
  "max-pending-mib": {
    type: "number",
    valueName: "MIB",
    env: "KUBEWARDEN_MAX_PENDING_MIB",
    default: defaultMaxPendingBytes / (1024 * 1024),
    min: 1,
    max: 1024 * 1024,
    description:
      "kubewarden-ts only: bytes of all requests that have no answer yet, in MiB, of which one policy may have half; further ones are rejected at once with code 429",
  },
  ...limitFlags,
  "disable-go-snapshots": {
    type: "boolean",
    env: "KUBEWARDEN_DISABLE_GO_SNAPSHOTS",
    description:
      "kubewarden-ts only: start policies by Go's compiler anew for every request, in place of going on from where they read it",
  },
  "watch-policies": {
    type: "boolean",
    env: "KUBEWARDEN_WATCH_POLICIES",
    description:
      "kubewarden-ts only: read the policies again when their file changes, as on SIGHUP; a policy that cannot be used then goes on as it was",
  },
  "refresh-modules-seconds": {
    type: "number",
    valueName: "SECONDS",
    env: "KUBEWARDEN_REFRESH_MODULES_SECONDS",
    default: 300,
    min: 5,
    max: 604_800,
    description:
      "kubewarden-ts only: with --watch-policies, how often modules that may have moved (file://, the tag latest) are asked for again",
  },
  "enable-policy-status": {
    type: "boolean",
    env: "KUBEWARDEN_ENABLE_POLICY_STATUS",
    description:
      "kubewarden-ts only: answer GET /policies on the readiness port with how each policy is: revision, module, errors",
  },
});
