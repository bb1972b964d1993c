import { describe, expect, it } from "vitest";
import { type Environment, resourceAttributes } from "./environment.ts";
import { readExporterSettings } from "./exporter-settings.ts";

const overHttp = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" };

describe("policy-server 39: where a signal is sent", () => {
  it.each<[string, Environment, string, string]>([
    ["nothing", {}, "http://localhost:4317/", "http://localhost:4317/"],
    ["nothing, over HTTP", overHttp, "http://localhost:4318/v1/metrics", "http://localhost:4318/v1/traces"],
    [
      "one address",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4317" },
      "http://collector:4317/",
      "http://collector:4317/",
    ],
    [
      "one address over HTTP, below which each signal has its path",
      { ...overHttp, OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/otlp/" },
      "http://collector:4318/otlp/v1/metrics",
      "http://collector:4318/otlp/v1/traces",
    ],
    [
      "addresses of the signals, before the common one",
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://common:4317",
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://metrics:4317",
      },
      "https://metrics:4317/",
      "http://common:4317/",
    ],
    [
      "an address of a signal over HTTP, as it is",
      { ...overHttp, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://traces:4318/in" },
      "http://localhost:4318/v1/metrics",
      "http://traces:4318/in",
    ],
    [
      "no scheme",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317", OTEL_EXPORTER_OTLP_TRACES_INSECURE: "true" },
      "https://collector:4317/",
      "http://collector:4317/",
    ],
  ])("by %s", async (_row, env, metrics, traces) => {
    const urls = await Promise.all(
      (["metrics", "traces"] as const).map(
        async (signal) => (await readExporterSettings(env, signal)).url.href,
      ),
    );
    expect(urls).toEqual([metrics, traces]);
  });
});

describe("policy-server 39: how a signal is sent", () => {
  it.each<[string, Environment, object]>([
    ["nothing", {}, { protocol: "grpc", timeoutMs: 10_000, headers: {}, compression: "none", tls: {} }],
    [
      "empty texts",
      { OTEL_EXPORTER_OTLP_TIMEOUT: " ", OTEL_EXPORTER_OTLP_HEADERS: "" },
      { timeoutMs: 10_000 },
    ],
    [
      "what is for all signals",
      {
        OTEL_EXPORTER_OTLP_TIMEOUT: "5",
        OTEL_EXPORTER_OTLP_HEADERS: "A=1",
        OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      },
      { timeoutMs: 5, headers: { a: "1" }, compression: "gzip" },
    ],
    [
      "what is for traces, before it",
      { OTEL_EXPORTER_OTLP_TIMEOUT: "5", OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "7" },
      { timeoutMs: 7 },
    ],
    [
      "a certificate of a client without its key",
      { OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: import.meta.filename },
      { tls: {} },
    ],
    [
      "both, and an authority, of traces",
      {
        OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: import.meta.filename,
        OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: import.meta.filename,
        OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: import.meta.filename,
      },
      { tls: { ca: expect.any(Buffer), cert: expect.any(Buffer), key: expect.any(Buffer) } },
    ],
  ])("by %s", async (_row, env, settings) => {
    const read = await readExporterSettings(env, "traces");
    expect(read).toEqual({ ...read, ...settings });
  });
});

describe("policy-server 39, 40: what all telemetry is marked with", () => {
  const service = { name: "kubewarden-policy-server", version: "1.38.0" };
  const given = "deployment.environment=a%20b,service.name=other";
  it.each<[string, Environment, Record<string, string>]>([
    ["the program's name", {}, { "service.name": "kubewarden-policy-server" }],
    [
      "attributes of the environment",
      { OTEL_RESOURCE_ATTRIBUTES: given },
      { "service.name": "other", "deployment.environment": "a b" },
    ],
    [
      "a name of the environment, before its attributes",
      { OTEL_RESOURCE_ATTRIBUTES: given, OTEL_SERVICE_NAME: "mine" },
      { "service.name": "mine", "deployment.environment": "a b" },
    ],
  ])("are %s", (_row, env, attributes) => {
    expect(Object.fromEntries(resourceAttributes(env, service))).toMatchObject(attributes);
  });
});
