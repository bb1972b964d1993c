import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../policies/build.ts";
import { admissionReview } from "../../tools/bench/inputs/admission-review.ts";
import { distributionOf } from "../../tools/bench/percentiles.ts";
import { type BundledProgram, bundledProgram } from "../programs/bundled-program.ts";
import { type LoadTarget, runLoad } from "./load-generator.ts";
import { sampleMemory, secondAndLastFifth } from "./resident-memory.ts";
import { startServerUnderLoad } from "./server-under-load.ts";

const isLong = process.env["KUBEWARDEN_TS_SOAK"] !== undefined;
/** Half an hour: 108 000 requests of 42 KB, 108 000 of 5 KB. */
const [seconds, perSecond] = isLong ? [1800, 120] : [5, 60];

let program: BundledProgram;
beforeAll(async () => {
  program = await bundledProgram("policy-server");
});
afterAll(() => program[Symbol.asyncDispose]());

describe("policy-server 37: many requests", () => {
  it(
    `${seconds * perSecond} of them are answered${isLong ? ", and the memory that is taken does not grow" : ""}`,
    async () => {
      const built = await buildPolicies({ only: ["pod-privileged", "safe-labels"] });
      const names = built.map(({ name }) => name);
      await using server = await startServerUnderLoad({
        script: program.path,
        policies: Object.fromEntries(names.map((name) => [name, { module: `MODULES/${name}.wasm` }])),
        modules: Object.fromEntries(
          await Promise.all(
            built.map(async ({ name, path }) => [`${name}.wasm`, await readFile(path)] as const),
          ),
        ),
      });
      const target = (name: string, size: "5 KB" | "42 KB"): LoadTarget => ({
        ...{ path: `/validate/${name}?timeout=10s`, body: admissionReview(size), perSecond: perSecond / 2 },
        reconnectAfter: 1000,
      });
      const targets = [target("pod-privileged", "42 KB"), target("safe-labels", "5 KB")];
      const { origin, clientTls: tls } = server;
      await using memory = sampleMemory(server.pid);
      const answers = await runLoad({ origin, tls, seconds, targets });
      const { second, last } = secondAndLastFifth(memory.mebibytes);
      const latency = distributionOf(answers.map(({ tookMs }) => tookMs));
      console.info(
        `${answers.length} requests, p99 ${latency?.p99.toFixed(1)} ms; RSS ${second.toFixed(0)} MiB in the second fifth, ${last.toFixed(0)} in the last`,
      );
      const wrong = answers.filter(({ status, text }) => status !== 200 || !text.includes('"allowed":true'));
      expect(wrong.slice(0, 5)).toEqual([]);
      if (isLong) expect(last).toBeLessThan(second * 1.05);
    },
    (seconds + 60) * 1000,
  );
});
