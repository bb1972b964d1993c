import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import { partPath, requires } from "../../../../tests/support/requirements.ts";
import { asPolicy, assemble } from "../../../../tests/support/text-guest.ts";
import { usablePort } from "../../../../tools/start/ports.ts";
import { parsePrometheusText, sumBy, sumOf } from "../testing/prometheus.ts";
import { podReview } from "../testing/reviews.ts";
import type { RunningProgram } from "../testing/running-program.ts";
import { post, startedProgram } from "../testing/started-program.ts";

// The forms of query that upstream's dashboard is made of (policy-server 12.3).

const evaluations = "kubewarden_policy_evaluations_total";
const buckets = "kubewarden_policy_evaluation_latency_milliseconds_bucket";

let folder = "";
let server: RunningProgram;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-dashboard-"));
  const policies: Record<string, object> = {};
  for (const [id, guest] of [
    ["a", "accept"],
    ["r", "reject-with-code"],
    ["m", "mutate-other"],
  ] as const) {
    await writeFile(join(folder, id), asPolicy(assemble(wapcGuests[guest])));
    policies[id] = { module: `file://${join(folder, id)}`, allowedToMutate: true };
  }
  server = await startedProgram(policies, ["--enable-prometheus-metrics"]);
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

async function ask(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const request = { ...podReview(), request: { ...requestOf(podReview()), requestKind: pod } };
    await post(server, path, request);
  }
}

const pod = { group: "", version: "v1", kind: "Pod" };
const requestOf = (review: object): object => ("request" in review ? Object(review.request) : {});

async function scrape() {
  const response = await fetch(`http://127.0.0.1:${server.readinessPort}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parsePrometheusText(await response.text());
}

const first = ["/validate/a", "/validate/r", "/validate/m", "/audit/r"];
const later = ["/validate/a", "/validate/a", "/audit/a"];

describe("the dashboard's queries", () => {
  it("policy-server 39: have data in what can be scraped", async () => {
    await ask(first);
    const before = await scrape();
    await ask(later);
    const after = await scrape();
    const byAccepted = { true: 4, false: 1 };
    expect(sumBy(after, "accepted", evaluations, { request_origin: "validate" })).toEqual(byAccepted);
    const growth = (labels: Record<string, string>) =>
      (sumOf(after, evaluations, labels) ?? 0) - (sumOf(before, evaluations, labels) ?? 0);
    expect(growth({ accepted: "true", request_origin: "validate" })).toBe(2);
    expect(growth({ accepted: "true", request_origin: "audit" })).toBe(1);
    expect(sumOf(after, evaluations, { accepted: "true", mutated: "true", request_origin: "validate" })).toBe(
      1,
    );
    expect(sumOf(after, evaluations)).toBe(first.length + later.length);
    expect(sumOf(after, evaluations, { accepted: "false", policy_name: "r" })).toBe(2);
    const created = { resource_request_operation: "CREATE", resource_kind: "Pod" };
    expect(sumOf(after, evaluations, created)).toBe(first.length + later.length);
    const byLe = sumBy(after, "le", buckets);
    const bounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000, "+Inf"];
    expect(Object.keys(byLe).sort()).toEqual(bounds.map(String).sort());
    expect(byLe["+Inf"]).toBe(first.length + later.length);
    expect(sumOf(after, "kubewarden_policy_evaluation_latency_milliseconds_count")).toBe(byLe["+Inf"]);
    expect(sumOf(after, "kubewarden_policy_evaluation_latency_milliseconds_sum")).toBeGreaterThanOrEqual(0);
  });

  it.skipIf(requires("prometheus").skip)(
    "policy-server 39: are answered by a server of Prometheus",
    async () => {
      const port = await usablePort(0, "127.0.0.1");
      const scrapes = {
        job_name: "policy-server",
        static_configs: [{ targets: [`127.0.0.1:${server.readinessPort}`] }],
      };
      const config = {
        global: { scrape_interval: "200ms", scrape_timeout: "200ms" },
        scrape_configs: [scrapes],
      };
      const configFile = join(folder, "prometheus.json");
      await writeFile(configFile, JSON.stringify(config));
      const prometheus = spawn(
        partPath("prometheus"),
        [
          `--config.file=${configFile}`,
          `--storage.tsdb.path=${join(folder, "data")}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        { stdio: "ignore" },
      );
      const ended = once(prometheus, "exit");
      try {
        await ask(first);
        const result = async (query: string): Promise<unknown[]> => {
          const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
          const answer = await fetch(url).then(
            async (response) => Object(await response.json()),
            () => ({}),
          );
          return answer.data?.result ?? [];
        };
        const labels = 'accepted="true",request_origin="validate"';
        await expect
          .poll(() => result(`rate(${evaluations}{${labels}}[10s])`), { timeout: 15_000 })
          .not.toEqual([]);
        for (const query of [
          `sum by (accepted) (rate(${evaluations}{${labels}}[10s]))`,
          `sum by (accepted) (rate(${evaluations}{${labels},mutated="true"}[10s]))`,
          `sum by (accepted) (rate(${evaluations}{}[10s]))`,
          `sum(${evaluations}{${labels}})*100/sum(${evaluations}{})`,
          `sum(${evaluations}{accepted="false",policy_name="r"})`,
          `sum(${evaluations}{resource_request_operation="CREATE",resource_kind="Pod"})`,
          `sum(rate(${buckets}[10s])) by (le)`,
          `histogram_quantile(.90, sum(rate(${buckets}[10s])) by (le))`,
        ]) {
          expect(await result(query), query).not.toEqual([]);
        }
      } finally {
        prometheus.kill();
        await ended;
      }
    },
  );
});
