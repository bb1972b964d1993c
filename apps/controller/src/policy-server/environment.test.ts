import type { EnvVar } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import { policyServer } from "../policy/testing/objects.ts";
import { containerEnvironment } from "./environment.ts";
import { controllerConfig } from "./testing/config.ts";
import { maximalConfig, maximalServer } from "./testing/maximal.ts";

function texts(env: readonly EnvVar[]): string[] {
  return env.map(({ name, value, valueFrom }) => `${name}=${value ?? Object.keys(valueFrom ?? {})}`);
}
const base = [
  "KUBEWARDEN_CERT_FILE=/pki/tls.crt",
  "KUBEWARDEN_KEY_FILE=/pki/tls.key",
  "KUBEWARDEN_PORT=8443",
  "KUBEWARDEN_READINESS_PROBE_PORT=8081",
  "KUBEWARDEN_POLICIES_DOWNLOAD_DIR=/tmp",
  "KUBEWARDEN_POLICIES=/config/policies.yml",
  "KUBEWARDEN_SIGSTORE_CACHE_DIR=/tmp/sigstore-data",
];
const status = "KUBEWARDEN_ENABLE_POLICY_STATUS=true";

describe("containerEnvironment", () => {
  it("controller 21: of a minimal spec has the base and our status", () => {
    expect(texts(containerEnvironment(policyServer(), controllerConfig()))).toEqual([...base, status]);
  });

  it("controller 21: of a maximal spec has all, in upstream's order, then our status", () => {
    expect(texts(containerEnvironment(maximalServer(), maximalConfig()))).toEqual([
      ...base.map((text) => text.replace("=8443", "=9443").replace("=8081", "=9081")),
      "KUBEWARDEN_LOG_LEVEL=debug",
      "SECRET=secretKeyRef",
      "NODE=fieldRef",
      "KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_NAMESPACE=kubewarden",
      "KUBEWARDEN_VERIFICATION_CONFIG_PATH=/verification/verification.yml",
      "KUBEWARDEN_SIGSTORE_TRUST_CONFIG_PATH=/sigstore-trust/sigstore-trust-config.json",
      "KUBEWARDEN_DOCKER_CONFIG_JSON_PATH=/home/kubewarden/.docker",
      "KUBEWARDEN_SOURCES_PATH=/sources/sources.yml",
      "KUBEWARDEN_ENABLE_METRICS=true",
      "KUBEWARDEN_LOG_FMT=otlp",
      "OTEL_EXPORTER_OTLP_CERTIFICATE=/otel/ca/ca.crt",
      "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=/otel/client/tls.crt",
      "OTEL_EXPORTER_OTLP_ENDPOINT=https://collector:4317",
      "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=5",
      "KUBEWARDEN_CLIENT_CA_FILE=/ca/ca.crt,/client-ca/client-ca.crt",
      status,
    ]);
  });

  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector:4317", OTHER: "x" };
  const metrics = "KUBEWARDEN_ENABLE_METRICS=true";
  const logs = "KUBEWARDEN_LOG_FMT=otlp";
  const remote = "OTEL_EXPORTER_OTLP_ENDPOINT=https://collector:4317";
  const sidecar = "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317";
  it.each<[string, object, string[]]>([
    ["no telemetry", {}, []],
    ["no telemetry but a sidecar", { sidecar: true }, []],
    ["metrics to a collector elsewhere", { metrics: true }, [metrics, remote]],
    ["traces to a collector elsewhere", { tracing: true }, [logs, remote]],
    ["metrics to a sidecar", { metrics: true, sidecar: true }, [metrics, sidecar]],
    ["both to a sidecar", { metrics: true, tracing: true, sidecar: true }, [metrics, logs, sidecar]],
  ])("controller 31: sends %s", (_row, telemetry, expected) => {
    const config = controllerConfig({ telemetry: { ...telemetry, environment } });
    expect(texts(containerEnvironment(policyServer(), config))).toEqual([...base, ...expected, status]);
  });

  it("controller 31: has telemetry take the place of what the spec says, the other way round for the status", () => {
    const env = [
      { name: "KUBEWARDEN_ENABLE_POLICY_STATUS", value: "false" },
      { name: "KUBEWARDEN_LOG_FMT", value: "json" },
      { name: "OTEL_EXPORTER_OTLP_ENDPOINT", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
    ];
    const server = policyServer("default", {}, { env });
    const config = controllerConfig({ telemetry: { tracing: true, sidecar: true } });
    expect(texts(containerEnvironment(server, config))).toEqual([
      ...base,
      "KUBEWARDEN_ENABLE_POLICY_STATUS=false",
      logs,
      sidecar,
    ]);
  });

  it.each<[string, object, string[]]>([
    ["reload", {}, [status, "KUBEWARDEN_WATCH_POLICIES=true"]],
    [
      "reload",
      { env: [{ name: "KUBEWARDEN_WATCH_POLICIES", value: "false" }] },
      ["KUBEWARDEN_WATCH_POLICIES=true", status],
    ],
    ["rollout", {}, [status]],
  ])("controller 5: with policy-updates: %s and %j", (updates, spec, expected) => {
    const annotations = { "kubewarden-ts.io/policy-updates": updates };
    const server = policyServer("default", { annotations }, spec);
    expect(texts(containerEnvironment(server, controllerConfig()))).toEqual([...base, ...expected]);
  });
});
