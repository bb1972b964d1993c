import type { FlagValues } from "@kubewarden-ts/cli";
import type { ControllerConfig, TelemetryConfig } from "../config.ts";
import { ControllerError } from "../errors.ts";
import type { controllerFlags } from "../flags.ts";
import { type BindAddress, readBindAddress } from "./bind-address.ts";
import { type LogConfig, readLogConfig } from "./log-config.ts";
import { otlpEnvironment } from "./otlp-environment.ts";

export type ControllerFlags = FlagValues<typeof controllerFlags>;

/** What the process runs with, besides what reconcilers read. */
export interface ProcessConfig {
  readonly controller: ControllerConfig;
  readonly metricsAddress: BindAddress | undefined;
  readonly probeAddress: BindAddress | undefined;
  readonly webhookPort: number;
  /** holds `tls.crt`, `tls.key` and with mutual TLS `client-ca/client-ca.crt` */
  readonly certificatesFolder: string;
  readonly leaderElect: boolean;
  readonly kubeconfigPath: string | undefined;
  readonly defaultsConfigMapName: string | undefined;
  readonly log: LogConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks what the command line and the environment say (controller.md 6.1).
 * @throws {ControllerError} `CONTROLLER_CONFIG_INVALID`, naming the flag
 */
export function readProcessConfig(flags: ControllerFlags, env: Environment): ProcessConfig {
  return {
    controller: readControllerConfig(flags, env),
    metricsAddress: readBindAddress("metrics-bind-address", flags["metrics-bind-address"]),
    probeAddress: readBindAddress("health-probe-bind-address", flags["health-probe-bind-address"]),
    webhookPort: portNumber("--webhook-server-port", flags["webhook-server-port"]),
    certificatesFolder: flags["webhook-certs-dir"],
    leaderElect: flags["leader-elect"],
    kubeconfigPath: given(flags.kubeconfig),
    defaultsConfigMapName: given(flags["defaults-configmap-name"]),
    log: readLogConfig(flags),
  };
}

function readControllerConfig(flags: ControllerFlags, env: Environment): ControllerConfig {
  const hostNetwork = flags["host-network"];
  const telemetry = readTelemetryConfig(flags, env);
  if (hostNetwork && telemetry.sidecar) {
    throw invalid("--host-network and --enable-otel-sidecar are mutually exclusive");
  }
  return {
    deploymentsNamespace: requiredNamespace(flags["deployments-namespace"]),
    webhookServiceName: flags["webhook-service-name"],
    alwaysAcceptInDeploymentsNamespace: flags["always-accept-admission-reviews-on-deployments-namespace"],
    clientCaConfigMapName: given(flags["client-ca-configmap-name"]),
    imagePullSecrets: flags["image-pull-secrets"].map((name) => name.trim()).filter((name) => name !== ""),
    hostNetwork,
    telemetry,
  };
}

function readTelemetryConfig(flags: ControllerFlags, env: Environment): TelemetryConfig {
  return {
    metrics: flags["enable-metrics"],
    tracing: flags["enable-tracing"],
    sidecar: flags["enable-otel-sidecar"],
    certificateSecret: given(flags["opentelemetry-certificate-secret"]),
    clientCertificateSecret: given(flags["opentelemetry-client-certificate-secret"]),
    policyServerMetricsPort: metricsPort(flags["policy-server-metrics-port"], env),
    environment: otlpEnvironment(env),
  };
}

/** @throws {ControllerError} `CONTROLLER_CONFIG_INVALID` */
export function requiredNamespace(namespace: string | undefined): string {
  if (namespace) return namespace;
  throw invalid("--deployments-namespace: expected the namespace of the policy servers, received nothing");
}

const metricsPortVariable = "KUBEWARDEN_POLICY_SERVER_SERVICES_METRICS_PORT";
const defaultMetricsPort = 8080;

/** The variable is upstream's older way; what stands there counts only where the flag is not given. */
function metricsPort(flag: number | undefined, env: Environment): number {
  if (flag !== undefined) return portNumber("--policy-server-metrics-port", flag);
  const text = env[metricsPortVariable];
  if (text === undefined || text === "") return defaultMetricsPort;
  if (/^\d{1,5}$/.test(text)) return portNumber(metricsPortVariable, Number(text));
  throw invalid(`${metricsPortVariable}: expected a port from 1 to 65535, received "${text}"`);
}

function portNumber(name: string, port: number): number {
  if (port >= 1 && port <= 65_535) return port;
  throw invalid(`${name}: expected a port from 1 to 65535, received ${port}`);
}

/** Charts give empty texts for what they leave out. */
function given(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function invalid(message: string): ControllerError {
  return new ControllerError(message, { code: "CONTROLLER_CONFIG_INVALID" });
}
