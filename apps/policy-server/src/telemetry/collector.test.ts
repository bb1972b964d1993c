import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import { createAuthority } from "../../../../tests/support/authority.ts";
import {
  attributesOf,
  metricsOf,
  type OtlpCollector,
  spansOf,
  startGrpcCollector,
} from "../../../../tests/support/otlp-collector.ts";
import { asPolicy, assemble } from "../../../../tests/support/text-guest.ts";
import { startProgram } from "../testing/running-program.ts";
import { post, startedProgram } from "../testing/started-program.ts";

let folder = "";
let policy: object = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-collector-"));
  const path = join(folder, "accept.wasm");
  await writeFile(path, asPolicy(assemble(wapcGuests.accept)));
  policy = { module: `file://${path}` };
});
afterAll(() => rm(folder, { recursive: true }));

describe("a collector", () => {
  it("policy-server 39, 40: with mTLS gets metrics and traces of one request (17.21)", async () => {
    const authority = await createAuthority();
    const pair = await authority.issue({ commonName: "collector", addresses: ["127.0.0.1"] });
    const client = await authority.issue({ commonName: "policy-server" });
    await using collector = await startGrpcCollector({ tls: { server: pair, clientCa: authority.cert } });
    const files = { CERTIFICATE: authority.cert, CLIENT_CERTIFICATE: client.cert, CLIENT_KEY: client.key };
    const env: Record<string, string> = {
      KUBEWARDEN_LOG_FMT: "otlp",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    };
    for (const [name, text] of Object.entries(files)) {
      env[`OTEL_EXPORTER_OTLP_${name}`] = join(folder, name);
      await writeFile(join(folder, name), text);
    }
    const server = await startedProgram({ p: policy }, ["--enable-metrics"], env);
    await post(server, "/validate/p");
    await server.stop();
    const [metrics] = collector.received.filter(({ signal }) => signal === "metrics");
    const [traces] = collector.received.filter(({ signal }) => signal === "traces");
    const names = metricsOf(metrics ?? { signal: "metrics", headers: {}, body: {} }).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "kubewarden_policy_evaluations_total",
        "kubewarden_policy_evaluation_latency_milliseconds",
      ]),
    );
    expect(metrics?.body).toMatchObject({
      resourceMetrics: [{ scopeMetrics: [{ scope: { name: "kubewarden" } }] }],
    });
    expect(traces?.body).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ scope: { name: "kubewarden-policy-server" } }] }],
    });
    const [decision] = spansOf(collector.received).filter(({ name }) => name === "validation");
    // nothing names this machine
    expect(attributesOf(decision ?? {})).toMatchObject({ host: "unknown", policy_id: "p" });
  });

  it("that cannot be reached neither keeps the server from starting nor fails a request", async () => {
    const gone: OtlpCollector = await startGrpcCollector();
    await gone[Symbol.asyncDispose]();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: gone.endpoint, OTEL_METRIC_EXPORT_INTERVAL: "20" };
    const server = await startedProgram({ p: policy }, ["--enable-metrics"], {
      ...env,
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    });
    expect((await post(server, "/validate/p")).status).toBe(200);
    const failures = () =>
      server.logs().filter(({ fields }) => fields.message === "telemetry cannot be exported");
    await expect.poll(failures).toHaveLength(1);
    expect((await post(server, "/validate/p")).status).toBe(200);
    expect(await server.stop()).toMatchObject({ exit: 0 });
    expect(failures()).toHaveLength(1);
  });

  it.each([
    ["--enable-metrics", "json"],
    ["--enable-pprof=false", "otlp"],
  ])("whose certificate cannot be read keeps the server from starting: %s, %s", async (flag, format) => {
    const started = await startProgram(
      {
        policies: "{}",
        argv: [flag],
        env: { KUBEWARDEN_LOG_FMT: format, OTEL_EXPORTER_OTLP_CERTIFICATE: "/none/ca.crt" },
      },
      startEvaluator,
    );
    expect(started).toMatchObject({
      exit: 1,
      stderr:
        "Error: OTEL_EXPORTER_OTLP_CERTIFICATE: cannot read /none/ca.crt: No such file or directory (os error 2)\n",
    });
  });
});
