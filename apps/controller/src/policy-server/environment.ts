import {
  defaultReadinessProbePort,
  defaultWebhookPort,
  type EnvVar,
  type PolicyServer,
} from "@kubewarden-ts/api/policies";
import type { ControllerConfig } from "../config.ts";
import { reloadsPolicies } from "../policy/server-state.ts";
import { otlpVariables } from "../process/otlp-environment.ts";
import { mountedConfiguration } from "./mounted-configuration.ts";
import { usesRemoteCollector, usesSidecar } from "./telemetry.ts";

const policyStatus: EnvVar = { name: "KUBEWARDEN_ENABLE_POLICY_STATUS", value: "true" };
const watchPolicies: EnvVar = { name: "KUBEWARDEN_WATCH_POLICIES", value: "true" };

/**
 * The environment of the container, in the order of controller.md 3.5: of two variables with one name the later counts.
 * Upstream's come first, as there; then ours.
 */
export function containerEnvironment(server: PolicyServer, config: ControllerConfig): EnvVar[] {
  const { env = [] } = server.spec;
  const wanted = [...base(server), ...env, ...alwaysAccept(config)];
  for (const { variable } of mountedConfiguration(server, config)) wanted.push(variable);
  const replaced = telemetry(config).reduce(withVariable, wanted);
  const all = [...replaced, ...mutualTls(config)];
  if (!env.some(({ name }) => name === policyStatus.name)) all.push(policyStatus);
  return reloadsPolicies(server) ? withVariable(all, watchPolicies) : all;
}

function base({ spec }: PolicyServer): EnvVar[] {
  return variables({
    KUBEWARDEN_CERT_FILE: "/pki/tls.crt",
    KUBEWARDEN_KEY_FILE: "/pki/tls.key",
    KUBEWARDEN_PORT: String(spec.webhookPort ?? defaultWebhookPort),
    KUBEWARDEN_READINESS_PROBE_PORT: String(spec.readinessProbePort ?? defaultReadinessProbePort),
    KUBEWARDEN_POLICIES_DOWNLOAD_DIR: "/tmp",
    KUBEWARDEN_POLICIES: "/config/policies.yml",
    KUBEWARDEN_SIGSTORE_CACHE_DIR: "/tmp/sigstore-data",
  });
}

function alwaysAccept({
  alwaysAcceptInDeploymentsNamespace,
  deploymentsNamespace,
}: ControllerConfig): EnvVar[] {
  if (!alwaysAcceptInDeploymentsNamespace) return [];
  return variables({ KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_NAMESPACE: deploymentsNamespace });
}

/** Controller.md 3.5 and 6.1: behaviour 31. */
function telemetry(config: ControllerConfig): EnvVar[] {
  const { metrics, tracing, environment } = config.telemetry;
  const copied = otlpVariables.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === "" ? [] : [{ name, value }];
  });
  return [
    ...(metrics ? variables({ KUBEWARDEN_ENABLE_METRICS: "true" }) : []),
    ...(tracing ? variables({ KUBEWARDEN_LOG_FMT: "otlp" }) : []),
    ...(usesRemoteCollector(config) ? copied : []),
    ...(usesSidecar(config) ? variables({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4317" }) : []),
  ];
}

function mutualTls({ clientCaConfigMapName }: ControllerConfig): EnvVar[] {
  if (clientCaConfigMapName === undefined) return [];
  return variables({ KUBEWARDEN_CLIENT_CA_FILE: "/ca/ca.crt,/client-ca/client-ca.crt" });
}

function variables(values: Readonly<Record<string, string>>): EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** In the place of the variable with this name, else at the end. */
function withVariable(env: EnvVar[], variable: EnvVar): EnvVar[] {
  const { name } = variable;
  if (!env.some((each) => each.name === name)) return [...env, variable];
  return env.map((each) => (each.name === name ? variable : each));
}
