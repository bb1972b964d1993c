import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createAuthority, type KeyPair } from "../../../../tests/support/authority.ts";
import {
  type CollectorOptions,
  type OtlpCollector,
  spansOf,
  startGrpcCollector,
  startHttpCollector,
} from "../../../../tests/support/otlp-collector.ts";
import { createMetricRegistry } from "../metrics/metric-registry.ts";
import type { Environment } from "./environment.ts";
import { type Otlp, startOtlp } from "./start-otlp.ts";

const service = { name: "kubewarden-policy-server", version: "1.38.0" };
const startMs = Date.UTC(2026, 0, 2);

let folder = "";
let files: Record<string, string> = {};
let pairs: { server: KeyPair; client: KeyPair; ca: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "telemetry-otlp-"));
  const authority = await createAuthority();
  pairs = {
    server: await authority.issue({ commonName: "collector", addresses: ["127.0.0.1"] }),
    client: await authority.issue({ commonName: "policy-server" }),
    ca: authority.cert,
  };
  const contents = { ca: pairs.ca, cert: pairs.client.cert, key: pairs.client.key };
  files = Object.fromEntries(Object.keys(contents).map((name) => [name, join(folder, `${name}.pem`)]));
  for (const [name, text] of Object.entries(contents)) await writeFile(files[name] ?? "", text);
});
afterAll(() => rm(folder, { recursive: true }));

const collectors = { grpc: startGrpcCollector, "http/protobuf": startHttpCollector };

async function collector(
  protocol: keyof typeof collectors,
  options?: CollectorOptions,
): Promise<OtlpCollector> {
  const started = await collectors[protocol](options);
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

async function exporting(env: Environment, log = silentLogger): Promise<Otlp> {
  const registry = createMetricRegistry({ nowMs: () => startMs });
  const counter = registry.counter({ name: "evaluations_total", valueType: "int" });
  counter.add(2, { policy_name: "psp", accepted: false, error_code: 500 });
  const cpu = registry.counter({ name: "cpu_total", valueType: "double", description: "CPU" });
  cpu.add(1.5, {});
  const bounds = [0, 5, 10];
  const latency = registry.histogram({ name: "latency_milliseconds", valueType: "int", bounds });
  for (const value of [0, 5, 6, 11]) latency.record(value, { policy_name: "psp" });
  registry.gauge({ name: "open", valueType: "int" }, () => [
    { value: 3, attributes: { policy_name: "psp" } },
  ]);
  const otlp = await startOtlp({
    ...{ env, service, log, tracerName: "kubewarden-policy-server" },
    metrics: { registry, scope: "kubewarden" },
  });
  onTestFinished(() => otlp[Symbol.asyncDispose]());
  return otlp;
}

const texts = (values: Record<string, string>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const resource = {
  attributes: texts({
    "service.name": "kubewarden-policy-server",
    "service.version": "1.38.0",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "kubewarden-ts",
    "telemetry.sdk.version": "1.38.0",
  }),
};

describe.each(["grpc", "http/protobuf"] as const)("OTLP over %s", (protocol) => {
  const env = ({ endpoint }: OtlpCollector, more: Environment = {}): Environment => ({
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    ...more,
  });

  it("sends metrics as the protocol says", async () => {
    const { received, ...started } = await collector(protocol);
    const otlp = await exporting(env({ ...started, received }));
    await otlp.flush(5000);
    const times = { startTimeUnixNano: `${startMs}000000`, timeUnixNano: expect.any(String) };
    const policy = { key: "policy_name", value: { stringValue: "psp" } };
    const counted = [
      policy,
      { key: "accepted", value: { boolValue: false } },
      { key: "error_code", value: { intValue: "500" } },
    ];
    const now = { timeUnixNano: times.timeUnixNano };
    const sum = (point: object) => ({
      dataPoints: [{ ...times, ...point }],
      aggregationTemporality: "AGGREGATION_TEMPORALITY_CUMULATIVE",
      isMonotonic: true,
    });
    const histogram = {
      dataPoints: [
        {
          ...{ ...times, attributes: [policy], count: "4", sum: 22 },
          ...{ bucketCounts: ["1", "1", "1", "1"], explicitBounds: [0, 5, 10] },
        },
      ],
      aggregationTemporality: "AGGREGATION_TEMPORALITY_CUMULATIVE",
    };
    expect(received.map(({ signal, body }) => [signal, body])).toEqual([
      [
        "metrics",
        {
          resourceMetrics: [
            {
              resource,
              scopeMetrics: [
                {
                  scope: { name: "kubewarden" },
                  metrics: [
                    { name: "evaluations_total", sum: sum({ attributes: counted, asInt: "2" }) },
                    { name: "cpu_total", description: "CPU", sum: sum({ asDouble: 1.5 }) },
                    { name: "latency_milliseconds", histogram },
                    { name: "open", gauge: { dataPoints: [{ ...now, attributes: [policy], asInt: "3" }] } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    ]);
  });

  it("sends spans as the protocol says", async () => {
    const { received, ...started } = await collector(protocol);
    const otlp = await exporting(env({ ...started, received }));
    const parent = {
      ...{ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" },
      ...{ sampled: true, isRemote: true, traceState: "a=b" },
    };
    const request = otlp.tracer?.start({ name: "request", parent, kind: "server", startMs: 1000.5 });
    const child = otlp.tracer?.start({ name: "validation", parent: request?.context, startMs: 1001 });
    const attributes = { allowed: true, absent: undefined, response_code: -3, ratio: 0.5 };
    child?.end({ attributes, endMs: 1002.25 });
    request?.end({ endMs: 1003, failed: true });
    await otlp.flush(5000);
    const hex = (bytes: unknown) => Buffer.from(String(bytes), "base64").toString("hex");
    const traces = received.filter(({ signal }) => signal === "traces");
    const scope = { name: "kubewarden-policy-server" };
    expect(traces).toMatchObject([{ body: { resourceSpans: [{ resource, scopeSpans: [{ scope }] }] } }]);
    const spans = spansOf(traces).map(({ traceId, spanId, parentSpanId, ...rest }) => ({
      ...rest,
      ...{ traceId: hex(traceId), spanId: hex(spanId), parentSpanId: hex(parentSpanId) },
    }));
    expect(spans).toEqual([
      {
        ...{ traceId: parent.traceId, spanId: child?.context.spanId, parentSpanId: request?.context.spanId },
        ...{ traceState: "a=b", name: "validation", kind: "SPAN_KIND_INTERNAL", flags: 0x101 },
        ...{ startTimeUnixNano: "1001000000", endTimeUnixNano: "1002250000" },
        attributes: [
          { key: "allowed", value: { boolValue: true } },
          { key: "response_code", value: { intValue: "-3" } },
          { key: "ratio", value: { doubleValue: 0.5 } },
        ],
      },
      {
        ...{ traceId: parent.traceId, spanId: request?.context.spanId, parentSpanId: parent.spanId },
        ...{ traceState: "a=b", name: "request", kind: "SPAN_KIND_SERVER", flags: 0x301 },
        ...{ startTimeUnixNano: "1000500000", endTimeUnixNano: "1003000000" },
        status: { code: "STATUS_CODE_ERROR" },
      },
    ]);
  });

  it("sends headers, compressed, and again when the collector asks for it", async () => {
    const started = await collector(protocol, { unavailable: 1 });
    const otlp = await exporting(
      env(started, {
        OTEL_EXPORTER_OTLP_HEADERS: "X-Token=a%20b,x-other=1",
        OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: "gzip",
      }),
    );
    await otlp.flush(10_000);
    expect(started.received).toMatchObject([
      {
        signal: "metrics",
        headers: { "x-token": "a b", "x-other": "1", "user-agent": "kubewarden-ts/1.38.0" },
      },
    ]);
  });

  it.each([
    ["of both signals", ""],
    ["of one signal", "METRICS_"],
  ])("shows its certificate, by the variables %s", async (_row, infix) => {
    const started = await collector(protocol, { tls: { server: pairs.server, clientCa: pairs.ca } });
    const lines: LogLine[] = [];
    const log = createLogger({ level: "warn", target: "test", write: (line) => lines.push(line) });
    const otlp = await exporting(
      env(started, {
        [`OTEL_EXPORTER_OTLP_${infix}CERTIFICATE`]: files["ca"],
        [`OTEL_EXPORTER_OTLP_${infix}CLIENT_CERTIFICATE`]: files["cert"],
        [`OTEL_EXPORTER_OTLP_${infix}CLIENT_KEY`]: files["key"],
      }),
      log,
    );
    await otlp.flush(5000);
    expect([started.received.length, lines]).toEqual([1, []]);
  });

  it("says once that a collector does not trust it, and that it cannot be reached", async () => {
    const started = await collector(protocol, { tls: { server: pairs.server, clientCa: pairs.ca } });
    const lines: LogLine[] = [];
    const log = createLogger({ level: "warn", target: "test", write: (line) => lines.push(line) });
    const timeouts = { OTEL_EXPORTER_OTLP_TIMEOUT: "300" };
    const otlp = await exporting(
      env(started, { OTEL_EXPORTER_OTLP_CERTIFICATE: files["ca"], ...timeouts }),
      log,
    );
    await otlp.flush(5000);
    await otlp.flush(5000);
    expect(started.received).toEqual([]);
    expect(lines.map(({ message, fields }) => [message, fields["signal"], fields["endpoint"]])).toEqual([
      ["telemetry cannot be exported", "metrics", started.endpoint],
    ]);
  });
});

describe("settings", () => {
  it.each([
    ["TEMPORALITY_PREFERENCE", "delta", ["a variable of OpenTelemetry has no effect"]],
    ["TEMPORALITY_PREFERENCE", "Cumulative", []],
    [
      "DEFAULT_HISTOGRAM_AGGREGATION",
      "base2_exponential_bucket_histogram",
      ["a variable of OpenTelemetry has no effect"],
    ],
  ])("says what becomes of %s=%s", async (suffix, value, messages) => {
    const lines: string[] = [];
    const log = createLogger({ level: "warn", target: "test", write: ({ message }) => lines.push(message) });
    await exporting({ [`OTEL_EXPORTER_OTLP_METRICS_${suffix}`]: value }, log);
    expect(lines).toEqual(messages);
  });

  it.each([
    [
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      "http/json",
      /^OTEL_EXPORTER_OTLP_PROTOCOL: expected grpc or http\/protobuf, received "http\/json"$/,
    ],
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://x", /expected an http or https URL/],
    ["OTEL_EXPORTER_OTLP_HEADERS", "secret", /expected a list of key=value, received something else$/],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "0", /expected a whole number, at least 1/],
    ["OTEL_METRIC_EXPORT_INTERVAL", "1s", /expected a whole number, at least 1/],
    ["OTEL_TRACES_SAMPLER", "sometimes", /expected a sampler of OpenTelemetry/],
    ["OTEL_RESOURCE_ATTRIBUTES", "a", /expected a list of key=value/],
    [
      "OTEL_EXPORTER_OTLP_CERTIFICATE",
      "/none/ca.pem",
      /cannot read \/none\/ca.pem: No such file or directory \(os error 2\)$/,
    ],
    ["OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", "/none/key.pem", /cannot read/],
  ])("refuses %s=%s", async (name, value, message) => {
    await expect(exporting({ [name]: value })).rejects.toThrow(message);
  });
});
