import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { admissionReview } from "../inputs/admission-review.ts";
import { typescriptGuest } from "../inputs/guests.ts";
import { writePoliciesFolder } from "../inputs/policies-folder.ts";
import { spinningGuest } from "../inputs/text-guests.ts";
import { type Answered, type OpenLoopTarget, runOpenLoop } from "../load/load.ts";
import { distributionOf } from "../percentiles.ts";
import { type Report, targetNote } from "../report.ts";
import type { Row } from "../table.ts";
import { startPolicyServer } from "./measured-server.ts";
import { accepted } from "./request-cost.ts";
import type { ServerBenchOptions } from "./server.ts";

const columns = [
  { key: "phase", title: "phase" },
  { key: "requests", title: "requests" },
  { key: "failed", title: "failed" },
  { key: "p50Us", title: "p50 µs" },
  { key: "p99Us", title: "p99 µs" },
  { key: "maxUs", title: "max µs" },
];
const healthyPerSecond = 200;
const spinningPerSecond = 5;
/** Long enough for the spinning policy to be found out. */
const settlingMs = 3000;
const noisySeconds = 13;
const allowedRatio = 3;
/** Answers of the spinning policy say this, when its limit of two seconds has passed. */
const interrupted = "exceeded the allowed execution time";

/** What a policy that never ends does to the latency of another one. */
export async function noisyBench({ seconds, script }: ServerBenchOptions): Promise<Report> {
  const { wasm } = await typescriptGuest();
  await using folder = await writePoliciesFolder([
    { id: "healthy", wasm },
    { id: "spinning", wasm: asPolicy(assemble(spinningGuest)) },
  ]);
  await using server = await startPolicyServer({
    policiesFile: folder.policiesFile,
    script,
    args: ["--policy-timeout", "2"],
  });
  const target = (id: string, perSecond: number, expected: string): OpenLoopTarget => ({
    url: `${server.origin}/validate/${id}`,
    body: admissionReview("5 KB"),
    perSecond,
    expected,
  });
  const healthy = target("healthy", healthyPerSecond, accepted);
  const spinning = target("spinning", spinningPerSecond, interrupted);
  await runOpenLoop({ seconds: 2, targets: [healthy] });
  const [quiet = []] = await runOpenLoop({ seconds: Math.max(seconds, 5), targets: [healthy] });
  const [noisy = [], spun = []] = await runOpenLoop({ seconds: noisySeconds, targets: [healthy, spinning] });
  const settled = noisy.filter(({ atMs }) => atMs >= settlingMs);
  const rows = [
    rowOf("healthy policy alone", quiet),
    rowOf(
      "while the spinning one is found out (3 s)",
      noisy.filter(({ atMs }) => atMs < settlingMs),
    ),
    rowOf("beside the spinning one, afterwards (10 s)", settled),
    rowOf("the spinning one, limit 2 s", spun),
  ];
  const ratio = p99(settled) / p99(quiet);
  const failed = [...quiet, ...noisy].filter(({ asExpected }) => !asExpected).length;
  const notes = [
    targetNote("p99 beside a spinning policy over p99 alone", ratio, allowedRatio, "times"),
    targetNote("failed requests of the healthy policy", failed, 0, "requests"),
  ];
  return { name: "server --noisy", columns, rows, notes };
}

function rowOf(phase: string, answers: readonly Answered[]): Row {
  const latency = distributionOf(answers.map(({ tookUs }) => tookUs));
  return {
    phase,
    requests: answers.length,
    failed: answers.filter(({ asExpected }) => !asExpected).length,
    p50Us: latency?.p50,
    p99Us: latency?.p99,
    maxUs: latency?.max,
  };
}

function p99(answers: readonly Answered[]): number {
  return distributionOf(answers.map(({ tookUs }) => tookUs))?.p99 ?? Number.NaN;
}
