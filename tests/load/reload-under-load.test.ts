import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../policies/build.ts";
import { admissionReview } from "../../tools/bench/inputs/admission-review.ts";
import { spinningGuest } from "../../tools/bench/inputs/text-guests.ts";
import { distributionOf } from "../../tools/bench/percentiles.ts";
import { type BundledProgram, bundledProgram } from "../programs/bundled-program.ts";
import { guestModulePath, requires } from "../support/requirements.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type LoadAnswer, type LoadTarget, runLoad } from "./load-generator.ts";
import { PolicyHistory } from "./policy-history.ts";
import { startServerUnderLoad } from "./server-under-load.ts";

const seconds = process.env["KUBEWARDEN_TS_SOAK"] === undefined ? 20 : 300;
const perSecond = 200;
/** A server that has just started compiles what it runs: its first seconds are not in the figures, though in the checks. */
const warmUpMs = 5000;
const withRego = !requires("opa").skip;

let program: BundledProgram;
beforeAll(async () => {
  program = await bundledProgram("policy-server");
});
afterAll(() => program[Symbol.asyncDispose]());

/** Of a fixed length: no mark is part of another one. */
const markOf = (revision: number): string => `rev-${String(revision).padStart(4, "0")}`;

/** Policies that tell their revision when they reject, each in its own way. */
const policies = {
  typescript: (mark: string) => ({
    module: "MODULES/labels.wasm",
    settings: { mandatory_labels: [mark] },
  }),
  rego: (mark: string) => ({ module: "MODULES/answer.wasm", settings: { answer: [{ msg: mark }] } }),
  /** Comes and goes. */
  visitor: (mark: string) => policies.typescript(mark),
};
type Changing = keyof typeof policies;
const changing = (Object.keys(policies) as Changing[]).filter((name) => withRego || name !== "rego");
const spinning = { module: "MODULES/spinning.wasm", timeoutEvalSeconds: 1 };
const unusable = '"code":500';
const interrupted = "exceeded the allowed execution time";

async function modules(): Promise<Record<string, Uint8Array>> {
  const [labels] = await buildPolicies({ only: ["safe-labels"] });
  const answer = withRego ? await readFile(guestModulePath("gatekeeper-answer")) : undefined;
  return {
    "labels.wasm": await readFile(labels!.path),
    ...(answer && { "answer.wasm": asPolicy(answer, { executionMode: "gatekeeper" }) }),
    "spinning.wasm": asPolicy(assemble(spinningGuest)),
  };
}

/** The entry that a policy gets with a revision: an ordinary one, none, or one that cannot be used. */
function entryOf(name: Changing, revision: number): object | undefined | "broken" {
  if (name === "visitor" && revision % 3 === 2) return undefined;
  return revision % 5 === 4 ? "broken" : policies[name](markOf(revision));
}

const broken = [
  { module: "MODULES/nowhere.wasm" },
  { module: "MODULES/labels.wasm", settings: { mandatory_labels: 1 } },
];

describe("policies that change under load", () => {
  it(
    `${perSecond} requests a second for ${seconds} s lose none and get no answer of another revision`,
    async () => {
      const histories = new Map(changing.map((name) => [name, new PolicyHistory()]));
      const entries = new Map<Changing, object>(changing.map((name) => [name, policies[name](markOf(0))]));
      const file = () => ({ ...Object.fromEntries(entries), spinning });
      for (const history of histories.values()) history.write(markOf(0), 0).applied(0);
      await using server = await startServerUnderLoad({
        ...{ script: program.path, policies: file(), modules: await modules() },
        args: ["--policy-timeout=10"],
      });
      const body = admissionReview("5 KB");
      const target = (name: string, rate: number): LoadTarget => ({
        ...{ path: `/validate/${name}?timeout=10s`, body, perSecond: rate, reconnectAfter: 50 },
      });
      const targets = [
        ...changing.map((name) => target(name, perSecond / changing.length)),
        target("spinning", 1),
      ];

      const stop = new AbortController();
      const change = async (): Promise<number> => {
        let revision = 0;
        while (!stop.signal.aborted) {
          revision++;
          const written = changing.map((name) => {
            const entry = entryOf(name, revision);
            const history = histories.get(name);
            const isNew = !entries.has(name);
            if (entry === undefined) entries.delete(name);
            else entries.set(name, entry === "broken" ? broken[revision % 2]! : entry);
            // What worked goes on; what never did says so.
            if (entry === "broken") return isNew ? history?.write(unusable, Date.now()) : undefined;
            return history?.write(entry && markOf(revision), Date.now());
          });
          const [states] = await Promise.all([server.give(file()), server.rotate()]);
          for (const each of written) each?.applied(Date.now());
          expect(states.length).toBe(entries.size + 1);
          await delay(Math.max(0, 1000 - (Date.now() % 1000)));
        }
        return revision;
      };
      const changes = change();
      const { origin, clientTls: tls } = server;
      const answers = await runLoad({ origin, tls, seconds, targets });
      stop.abort();
      const revisions = await changes;

      const problems = answers.flatMap((answer) => {
        const name = changing[answer.target];
        const problem = name === undefined ? spinningProblem(answer) : histories.get(name)?.problemOf(answer);
        return problem === undefined ? [] : [`${name ?? "spinning"}: ${problem}`];
      });
      report(revisions, answers);
      expect(problems.slice(0, 10)).toEqual([]);
      expect(answers).toHaveLength(
        targets.reduce((sum, { perSecond: rate }) => sum + Math.round(rate * seconds), 0),
      );
      expect(revisions).toBeGreaterThan(seconds / 4);
    },
    (seconds + 60) * 1000,
  );
});

function spinningProblem({ status, text }: LoadAnswer): string | undefined {
  return status === 200 && text.includes(interrupted) ? undefined : `got ${status} ${text.slice(0, 300)}`;
}

function report(revisions: number, answers: readonly LoadAnswer[]): void {
  const firstMs = Math.min(...answers.map(({ sentMs }) => sentMs));
  const warm = answers.filter(({ sentMs }) => sentMs > firstMs + warmUpMs);
  const rows = changing.map((name, target) => {
    const latency = distributionOf(warm.filter((each) => each.target === target).map(({ tookMs }) => tookMs));
    return `${name} p50 ${latency?.p50.toFixed(1)} ms, p99 ${latency?.p99.toFixed(1)} ms, max ${latency?.max.toFixed(0)} ms`;
  });
  const figures = `after ${warmUpMs / 1000} s ${rows.join("; ")}`;
  console.info(`${answers.length} requests, ${revisions} revisions: ${figures}`);
}
