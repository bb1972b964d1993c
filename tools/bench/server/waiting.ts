import { setTimeout as delay } from "node:timers/promises";
import { silentLogger } from "@kubewarden-ts/base";
import { parsePolicies, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { wapcGuests } from "../../../tests/guests/text/wapc.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { admissionReview } from "../inputs/admission-review.ts";
import { distributionOf } from "../percentiles.ts";
import { type Report, targetNote } from "../report.ts";

const columns = [
  { key: "requests", title: "requests" },
  { key: "workers", title: "workers" },
  { key: "answerMs", title: "host call ms" },
  { key: "wallMs", title: "wall ms" },
  { key: "p50Ms", title: "p50 ms" },
  { key: "maxMs", title: "max ms" },
  { key: "failed", title: "failed" },
];
const requests = 200;
const workers = 2;
const answerMs = 500;
const allowedSeconds = 1.5;
const policies = `waiting:
  module: file:///bench.wasm
  hostCapabilities: ["net/v1/dns_lookup_host"]
`;

/** Many requests whose guest waits for its host: they must not hold a worker. */
export async function waitingBench(): Promise<Report> {
  await using evaluator = await startEvaluator({
    policies: parsePolicies(policies, "policies.yml"),
    fetchModule: async () => ({ bytes: asPolicy(assemble(wapcGuests["look-up-host"])) }),
    workers,
    defaultTimeoutMs: 10_000,
    // The guest hands the answer on as its own, for its settings as for a request.
    serveCapability: (_path, _input, signal) =>
      delay(answerMs, { accepted: true, valid: true }, signal ? { signal } : {}),
    log: silentLogger,
  });
  const body = admissionReview("5 KB");
  const startMs = performance.now();
  const tookMs: number[] = [];
  let failed = 0;
  const ask = async (): Promise<void> => {
    const evaluation = await evaluator.admission("validate", "waiting", body);
    if (evaluation.kind !== "response" || !evaluation.response.allowed) failed++;
    tookMs.push(performance.now() - startMs);
  };
  await Promise.all(Array.from({ length: requests }, ask));
  const wallMs = performance.now() - startMs;
  const { p50, max } = distributionOf(tookMs) ?? {};
  const row = { requests, workers, answerMs, wallMs, p50Ms: p50, maxMs: max, failed };
  const notes = [
    targetNote("wall time", wallMs / 1000, allowedSeconds, "s"),
    targetNote("failed requests", failed, 0, "requests"),
  ];
  return { name: "server --waiting", columns, rows: [row], notes };
}
