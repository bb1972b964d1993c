import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WapcGuestName, wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import {
  attributesOf,
  type Message,
  metricsOf,
  parts,
  type ReceivedExport,
  spansOf,
  startGrpcCollector,
  startHttpCollector,
} from "../../../../tests/support/otlp-collector.ts";
import { asPolicy, assemble } from "../../../../tests/support/text-guest.ts";
import { podReview } from "../testing/reviews.ts";
import type { EndedProgram } from "../testing/running-program.ts";
import { post, startedProgram } from "../testing/started-program.ts";

const guests = [
  ...["accept", "reject-with-code", "mutate-other", "loop-in-call", "look-up-host", "log-then-answer"],
  "reject-settings",
] as const satisfies readonly WapcGuestName[];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-telemetry-"));
  for (const name of guests) await writeFile(join(folder, name), asPolicy(assemble(wapcGuests[name])));
});
afterAll(() => rm(folder, { recursive: true }));

const policyOf = (name: (typeof guests)[number], changes: object = {}): object => ({
  module: `file://${join(folder, name)}`,
  ...changes,
});

/** Values of all series of a counter, by their attributes. */
function pointsOf(received: ReceivedExport, metric: string): { attributes: object; point: Message }[] {
  const found = metricsOf(received).find(({ name }) => name === metric);
  const data = (found?.["sum"] ?? found?.["histogram"] ?? {}) as Message;
  return parts(data, "dataPoints").map((point) => ({ attributes: attributesOf(point), point }));
}

const isMetrics = ({ signal }: ReceivedExport): boolean => signal === "metrics";

const evaluations = "kubewarden_policy_evaluations_total";
const latency = "kubewarden_policy_evaluation_latency_milliseconds";

describe("metrics", () => {
  let last: ReceivedExport;
  let ended: EndedProgram;
  beforeAll(async () => {
    await using collector = await startGrpcCollector();
    const server = await startedProgram(
      {
        psp: policyOf("reject-with-code"),
        monitored: policyOf("reject-with-code", { policyMode: "monitor", message: "custom" }),
        mutating: policyOf("mutate-other", { policyMode: "monitor" }),
        looping: policyOf("loop-in-call", { policyMode: "monitor", timeoutEvalSeconds: 1 }),
        host: policyOf("look-up-host", { hostCapabilities: ["net/*"] }),
        denied: policyOf("look-up-host"),
        broken: policyOf("reject-settings"),
        group: { expression: "a()", message: "no", policies: { a: policyOf("reject-with-code") } },
      },
      ["--enable-metrics", "--continue-on-errors", "--always-accept-admission-reviews-on-namespace=safe"],
      { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    );
    const safe = podReview({ namespace: "safe" });
    await Promise.all([
      ...["psp", "monitored", "mutating", "looping", "host", "denied", "broken", "group", "group%2Fa"].map(
        (id) => post(server, `/validate/${id}`),
      ),
      post(server, "/audit/psp"),
      post(server, "/audit/psp"),
      post(server, "/validate/psp", safe),
      post(server, "/validate_raw/psp", { request: { uid: "r" } }),
      post(server, "/validate/unknown"),
      post(server, "/validate/psp", {}),
    ]);
    // an interval is a minute: what is there was sent at the end
    ended = await server.stop();
    const received = collector.received.filter(isMetrics);
    expect(received).toHaveLength(1);
    [last = { signal: "metrics", headers: {}, body: {} }] = received;
  });

  const admission = {
    ...{ policy_mode: "protect", resource_kind: "", resource_request_operation: "CREATE" },
    ...{ resource_namespace: "default", request_origin: "validate" },
  };
  const rejected = { accepted: false, mutated: false, error_code: 418n };
  const accepted = { accepted: true, mutated: false };

  it("policy-server 42: are sent at SIGTERM", () => {
    expect(ended).toMatchObject({ exit: 0, stderr: "" });
  });

  it("policy-server 6, 18, 39: count evaluations as the policies decided, with upstream's attributes", () => {
    const counted = pointsOf(last, evaluations).map(({ attributes, point }) => [point["asInt"], attributes]);
    const byName = (rows: unknown[]) => rows.map((row) => JSON.stringify(row, sortedKeys)).sort();
    expect(byName(counted)).toEqual(
      byName([
        ["1", { ...admission, ...rejected, policy_name: "psp" }],
        ["1", { ...admission, ...rejected, policy_name: "monitored", policy_mode: "monitor" }],
        [
          "1",
          { ...admission, accepted: true, mutated: true, policy_name: "mutating", policy_mode: "monitor" },
        ],
        [
          "1",
          {
            ...admission,
            accepted: false,
            mutated: false,
            error_code: 500n,
            policy_name: "looping",
            policy_mode: "monitor",
          },
        ],
        // this guest hands over what its host answered, which is no verdict
        ["1", { ...admission, accepted: false, mutated: false, error_code: 500n, policy_name: "host" }],
        ["1", { ...admission, accepted: false, mutated: false, error_code: 500n, policy_name: "denied" }],
        ["1", { policy_name: "broken", initialization_error: "settings" }],
        ["1", { ...admission, accepted: false, mutated: false, policy_name: "group" }],
        ["1", { ...admission, ...rejected, policy_name: "group/a" }],
        ["2", { ...admission, ...rejected, policy_name: "psp", request_origin: "audit" }],
        ["1", { ...admission, ...accepted, policy_name: "psp", resource_namespace: "safe" }],
        ["1", { ...rejected, policy_name: "psp", policy_mode: "protect" }],
      ]),
    );
  });

  it("policy-server 39: have upstream's names, scope, types and buckets, and no unit", () => {
    const [resource = {}] = parts(last.body, "resourceMetrics");
    expect(attributesOf(resource["resource"] as Message)).toMatchObject({
      "service.name": "kubewarden-policy-server",
    });
    expect(parts(resource, "scopeMetrics")).toMatchObject([{ scope: { name: "kubewarden" } }]);
    const [counter, histogram] = [evaluations, latency].map((metric) =>
      metricsOf(last).find(({ name }) => name === metric),
    );
    const aggregationTemporality = "AGGREGATION_TEMPORALITY_CUMULATIVE";
    expect(counter).toEqual({
      name: evaluations,
      sum: { dataPoints: expect.any(Array), isMonotonic: true, aggregationTemporality },
    });
    expect(histogram).toEqual({
      name: latency,
      histogram: { dataPoints: expect.any(Array), aggregationTemporality },
    });
    const bounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
    const measured = pointsOf(last, latency);
    expect(measured.map(({ point }) => point["explicitBounds"])).toEqual(measured.map(() => bounds));
    // but for what could not be loaded, a row for each row of the counter
    expect(measured).toHaveLength(pointsOf(last, evaluations).length - 1);
    const looping = measured.find(
      ({ attributes }) => "policy_name" in attributes && attributes.policy_name === "looping",
    );
    expect(Number(looping?.point["sum"])).toBeGreaterThanOrEqual(900);
  });

  it.each([
    ["kubewarden_policy_evaluation_queue_milliseconds", { policy_name: "group/a" }],
    ["kubewarden_policy_evaluation_cpu_milliseconds", { policy_name: "psp" }],
    ["kubewarden_policy_evaluation_memory_bytes", { policy_name: "psp" }],
    ["kubewarden_policy_evaluation_timeouts_total", { policy_name: "looping", phase: "running" }],
    ["kubewarden_host_call_latency_milliseconds", { capability: "net/v1/dns_lookup_host", outcome: "ok" }],
    ["kubewarden_host_calls_denied_total", { policy_name: "denied", capability: "net/v1/dns_lookup_host" }],
  ])("of ours: %s", (metric, attributes) => {
    expect(pointsOf(last, metric).map((point) => point.attributes)).toContainEqual(attributes);
  });
});

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("traces", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const hex = (bytes: unknown) => Buffer.from(String(bytes ?? ""), "base64").toString("hex");
  let spans: Message[] = [];
  let lines: string[] = [];
  beforeAll(async () => {
    await using collector = await startHttpCollector();
    const server = await startedProgram(
      {
        monitored: policyOf("reject-with-code", { policyMode: "monitor" }),
        mutating: policyOf("mutate-other", { allowedToMutate: true }),
        chatty: policyOf("log-then-answer"),
      },
      [],
      {
        KUBEWARDEN_LOG_FMT: "otlp",
        HOSTNAME: "server-1",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
      },
    );
    await post(server, "/validate/monitored", podReview(), {
      traceparent: `00-${trace}-b7ad6b7169203331-00`,
    });
    await post(server, "/audit/monitored");
    await post(server, "/validate_raw/mutating", { request: { uid: "r" } });
    await post(server, "/validate/chatty");
    await post(server, "/validate/unknown");
    const { stdout } = await server.stop();
    lines = stdout.split("\n");
    spans = spansOf(collector.received);
  });

  const named = (name: string) => spans.filter((span) => span["name"] === name);
  const parentOf = (span: Message | undefined) =>
    spans.find(({ spanId }) => spanId === span?.["parentSpanId"])?.["name"];
  const request = {
    ...{ request_uid: "u1", name: "nginx", namespace: "default", operation: "CREATE", subresource: "" },
    ...{ kind: "Pod", kind_group: "", kind_version: "v1" },
    ...{ resource: "pods", resource_group: "", resource_version: "v1" },
  };
  const from = (policy_id: string) => ({ host: "server-1", policy_id });

  it("policy-server 40: have one span for each decision, with the fields of its final answer", () => {
    expect(named("validation").map(attributesOf)).toEqual([
      { ...from("monitored"), ...request, allowed: true, mutated: false },
      {
        ...{ ...from("chatty"), ...request, allowed: false, mutated: false },
        ...{
          response_code: 500n,
          response_message: expect.stringContaining("invalid response from policy"),
        },
      },
      from("unknown"),
    ]);
    expect(named("audit").map(attributesOf)).toEqual([
      {
        ...{ ...from("monitored"), ...request, allowed: false, mutated: false },
        ...{ response_code: 418n, response_message: "no" },
      },
    ]);
    expect(named("validation_raw").map(attributesOf)).toEqual([
      { ...from("mutating"), allowed: true, mutated: true },
    ]);
  });

  it("policy-server 40: are children of the HTTP request, and parents of what the policy does", () => {
    for (const name of ["validation", "audit", "validation_raw"]) {
      for (const span of named(name)) expect(parentOf(span)).toBe("request");
    }
    expect(named("validate").map((span) => [attributesOf(span), parentOf(span)])).toEqual([
      [from("monitored"), "validation"],
      [from("monitored"), "audit"],
      [from("mutating"), "validation_raw"],
      [from("chatty"), "validation"],
    ]);
    expect(named("policy_log").map((span) => [attributesOf(span), parentOf(span)])).toEqual([
      [{ ...from("chatty"), level: "info", message: "hello", data: expect.any(String) }, "validation"],
    ]);
    const settings = named("validate_settings").map((span) => [attributesOf(span), parentOf(span)]);
    expect(settings).toHaveLength(3);
    expect(settings).toContainEqual([{ ...from("chatty"), valid: true }, undefined]);
    expect(attributesOf(named("request").at(-1) ?? {})).toEqual({
      ...{ method: "POST", uri: "/validate/unknown", version: "HTTP/1.1", status: 404n },
    });
  });

  it("go on with the trace of the caller", () => {
    const [first] = named("request");
    expect([hex(first?.["traceId"]), hex(first?.["parentSpanId"])]).toEqual([trace, "b7ad6b7169203331"]);
    const ids = new Set(named("request").map(({ traceId }) => hex(traceId)));
    expect(ids.size).toBe(named("request").length);
  });

  it("leave the log as text, each line in the spans it belongs to", () => {
    const span = (route: string, name: string, id: string) =>
      `request{method="POST" uri="/${route}/${id}" version="HTTP/1.1"}:${name}{host="server-1" policy_id="${id}"}:`;
    const [guest] = lines.filter((line) => line.includes("hello"));
    expect(guest).toContain(
      ` INFO ${span("validate", "validation", "chatty")}policy_log{policy_id="chatty"}: policy_log: hello`,
    );
    const [monitored] = lines.filter((line) => line.includes("policy evaluation (monitor mode)"));
    expect(monitored).toContain(
      `${span("validate", "validation", "monitored")} policy_server: policy evaluation`,
    );
  });
});
