import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../policies/build.ts";
import { admissionReview } from "../../tools/bench/inputs/admission-review.ts";
import { burningGuest } from "../../tools/bench/inputs/text-guests.ts";
import { distributionOf } from "../../tools/bench/percentiles.ts";
import { type BundledProgram, bundledProgram } from "../programs/bundled-program.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type Load, type LoadAnswer, type LoadTarget, runLoad } from "./load-generator.ts";
import { sampleMemory } from "./resident-memory.ts";
import { startServerUnderLoad } from "./server-under-load.ts";

const seconds = process.env["KUBEWARDEN_TS_SOAK"] === undefined ? 6 : 60;
/** Of the caller; the limit of the policies is two seconds. */
const timeoutSeconds = 4;
/** What the server may take with the flood: its limit for pending requests, and what it takes without any. */
const maxRssMiB = 512;

let program: BundledProgram;
beforeAll(async () => {
  program = await bundledProgram("policy-server");
});
afterAll(() => program[Symbol.asyncDispose]());

const body = admissionReview("5 KB");
const target = (name: string, perSecond: number): LoadTarget => ({
  path: `/validate/${name}?timeout=${timeoutSeconds}s`,
  body,
  perSecond,
});

type Kind = "accepted" | "refused" | "interrupted" | "late" | "lost";

function kindOf({ status, text, tookMs }: LoadAnswer): Kind {
  if (status !== 200) return "lost";
  if (tookMs > timeoutSeconds * 1000) return "late";
  if (text.includes('"allowed":true')) return "accepted";
  if (text.includes('"code":429')) return "refused";
  return text.includes("exceeded the allowed execution time") ? "interrupted" : "lost";
}

function counts(answers: readonly LoadAnswer[]): Record<Kind, number> {
  const found = { accepted: 0, refused: 0, interrupted: 0, late: 0, lost: 0 };
  for (const answer of answers) found[kindOf(answer)]++;
  return found;
}

const latencyOf = (answers: readonly LoadAnswer[]) =>
  distributionOf(answers.filter((answer) => kindOf(answer) === "accepted").map(({ tookMs }) => tookMs));

describe("three times the rate that can be held", () => {
  it(
    "is answered within the caller's time-out, every request, and leaves other policies alone",
    async () => {
      const [quiet] = await buildPolicies({ only: ["pod-privileged"] });
      await using server = await startServerUnderLoad({
        script: program.path,
        policies: { burning: { module: "MODULES/burning.wasm" }, quiet: { module: "MODULES/quiet.wasm" } },
        modules: {
          "burning.wasm": asPolicy(assemble(burningGuest)),
          "quiet.wasm": await readFile(quiet!.path),
        },
      });
      const { origin, clientTls: tls } = server;
      const capacity = await heldPerSecond({ origin, tls });
      const flood = [target("burning", 3 * capacity), target("quiet", 20)];
      await using memory = sampleMemory(server.pid);
      const answers = await runLoad({ origin, tls, seconds, targets: flood });
      const after = await runLoad({ origin, tls, seconds: 4, targets: [target("burning", capacity / 2)] });

      const [burning, beside] = [0, 1].map((index) => answers.filter((answer) => answer.target === index));
      const back = after.filter(({ sentMs }) => sentMs > after[0]!.sentMs + 2000);
      const rssMiB = Math.max(...memory.mebibytes);
      const p99 = latencyOf(burning!)?.p99 ?? 0;
      console.info(
        `${capacity.toFixed(0)}/s can be held; of ${burning!.length} at three times that ${JSON.stringify(counts(burning!))}, ` +
          `accepted p99 ${p99.toFixed(0)} ms; beside it p99 ${latencyOf(beside!)?.p99.toFixed(0)} ms; ` +
          `RSS ${rssMiB.toFixed(0)} MiB; two seconds later ${JSON.stringify(counts(back))}`,
      );
      expect(counts(burning!)).toMatchObject({ late: 0, lost: 0 });
      expect(counts(burning!).refused).toBeGreaterThan(0);
      expect(counts(burning!).accepted).toBeGreaterThan((capacity * seconds) / 4);
      // On a machine that does other things too, any evaluation may be interrupted.
      expect(counts(beside!)).toMatchObject({ refused: 0, late: 0, lost: 0 });
      expect(counts(back)).toMatchObject({ refused: 0, late: 0, lost: 0 });
      expect(rssMiB).toBeLessThan(maxRssMiB);
    },
    (seconds + 60) * 1000,
  );
});

/** What gets through of the first rate that is too high: the rates before it have warmed everything up. */
async function heldPerSecond(reach: Pick<Load, "origin" | "tls">): Promise<number> {
  // The other policy begins cold as well: its first evaluations are no measure of what comes later.
  await runLoad({ ...reach, seconds: 1, targets: [target("quiet", 20)] });
  for (let perSecond = 50; ; perSecond *= 2) {
    const answers = await runLoad({ ...reach, seconds: 2, targets: [target("burning", perSecond)] });
    const done = answers.filter((answer) => kindOf(answer) === "accepted");
    const end = Math.max(...done.map(({ sentMs, tookMs }) => sentMs + tookMs));
    const held = done.length / ((end - answers[0]!.sentMs) / 1000);
    if (held < 0.8 * perSecond) return held;
  }
}
