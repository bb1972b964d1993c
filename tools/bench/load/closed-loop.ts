// Thread of `runClosedLoop`.
import { parentPort, workerData } from "node:worker_threads";
import autocannon from "autocannon";
import { distributionOf } from "../percentiles.ts";
import type { ClosedLoop, LoadResult } from "./load.ts";

const load: ClosedLoop = workerData;
const headers = { "content-type": "application/json" };
const body = Buffer.from(load.body);
const tookUs: number[] = [];
const startMs = performance.now();
let lastMs = startMs;

const instance = autocannon(
  {
    url: load.origin,
    connections: load.connections,
    duration: load.seconds,
    sampleInt: 100,
    skipAggregateResult: true,
    verifyBody: (text) => text.includes(load.expected),
    requests: load.paths.map((path) => ({ method: "POST", path, headers, body })),
  },
  (error, result) => {
    if (error !== null) throw error;
    const latencyUs = distributionOf(tookUs);
    if (latencyUs === undefined) throw new Error(`${load.origin} did not answer`);
    const failed = result.non2xx + result.errors + result.mismatches;
    parentPort?.postMessage({ latencyUs, durationMs: lastMs - startMs, failed } satisfies LoadResult);
  },
);
instance.on("response", (_client: unknown, _status: number, _bytes: number, tookMs: number) => {
  tookUs.push(tookMs * 1000);
  lastMs = performance.now();
});
