import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { guest, start } from "../fixtures/evaluator.ts";
import { review } from "../fixtures/text-policies.ts";
import type { EvaluatorOptions } from "./evaluator.ts";
import type { SettingsValidation } from "./observation.ts";

const run = (policyId: string) => ({ policyId, elapsedMs: expect.any(Number), queueMs: expect.any(Number) });
const pod = { namespace: "team-a", operation: "CREATE", kind: { kind: "Pod" } };
const unseen = { policyMode: "protect", vanilla: { allowed: true }, runs: [] };

async function observed(
  policies: Record<string, unknown>,
  { body = review(), ...options }: Partial<EvaluatorOptions> & { body?: Uint8Array } = {},
) {
  const settings: SettingsValidation[] = [];
  const observer = { settingsValidated: (validation: SettingsValidation) => void settings.push(validation) };
  await using evaluator = await start(policies, { observer, continueOnErrors: true, ...options });
  const evaluation = await evaluator.admission("validate", "p", body);
  return { evaluation, settings };
}

describe("an observed evaluation", () => {
  it.each<[string, object, Partial<EvaluatorOptions>, object]>([
    [
      "the policy's own verdict and the request",
      { ...guest("reject-silently"), policyMode: "monitor", message: "custom" },
      {},
      { policyMode: "monitor", vanilla: { allowed: false }, request: pod, runs: [run("p")] },
    ],
    [
      "each member of a group",
      {
        expression: "a() || b()",
        message: "no",
        policies: { a: guest("reject-silently"), b: guest("accept") },
      },
      {},
      { policyMode: "protect", vanilla: { allowed: true }, request: pod, runs: [run("p/a"), run("p/b")] },
    ],
    [
      "what was accepted unseen",
      guest("reject-silently"),
      { alwaysAcceptNamespace: "team-a" },
      { request: pod, vanilla: { allowed: true }, runs: [run("p")] },
    ],
    [
      "a group that was accepted unseen",
      { expression: "a()", message: "no", policies: { a: guest("reject-silently") } },
      { alwaysAcceptNamespace: "team-a" },
      { ...unseen, request: pod },
    ],
    [
      "why a policy could not be loaded",
      { module: "text:none" },
      {},
      { failure: "module", vanilla: { status: { code: 500 } }, request: pod, runs: [] },
    ],
    [
      "a time-out",
      guest("loop-in-call"),
      { defaultTimeoutMs: 50 },
      { vanilla: { status: { code: 500 } }, request: pod, runs: [{ ...run("p"), timedOut: "running" }] },
    ],
    [
      "what was not granted",
      guest("look-up-host"),
      {},
      { request: pod, runs: [{ ...run("p"), denied: ["net/v1/dns_lookup_host"] }] },
    ],
  ])("tells %s", async (_what, policy, options, expected) => {
    const { evaluation } = await observed({ p: policy }, options);
    expect(evaluation).toMatchObject({ kind: "response", observation: { policyId: "p", ...expected } });
  });

  it("tells of a policy that was asked about its settings", async () => {
    const { settings } = await observed({ p: guest("accept") });
    expect(settings).toEqual([
      { policyId: "p", startMs: expect.any(Number), endMs: expect.any(Number), problem: undefined },
    ]);
  });

  it("tells nothing unless somebody observes", async () => {
    const { evaluation } = await observed({ p: guest("accept") }, { observer: undefined });
    expect(evaluation).not.toHaveProperty("observation");
  });

  it("writes what the guest and the host say about it to the log of its request", async () => {
    const lines: LogLine[] = [];
    const log = createLogger({
      ...{ level: "info", target: "test", spans: [{ name: "request", fields: { uri: "/x" } }] },
      write: (line) => lines.push(line),
    });
    await using evaluator = await start({
      p: { ...guest("reject-silently"), policyMode: "monitor" },
      q: guest("look-up-host"),
    });
    for (const id of ["p", "q"]) await evaluator.admission("validate", id, review(), { log: () => log });
    expect(lines.map(({ message, spans }) => [message, spans.map(({ name }) => name)])).toEqual([
      ["policy evaluation (monitor mode)", ["request"]],
      ["Policy tried to use a host capability it doesn't have access to", ["request"]],
    ]);
  });
});
