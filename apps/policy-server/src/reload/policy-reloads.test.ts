import { createLogger, type LogLine, systemClock } from "@kubewarden-ts/base";
import { parsePolicies, type ReloadReport } from "@kubewarden-ts/policy-evaluation";
import { expect, it } from "vitest";
import { createPolicyReloads } from "./policy-reloads.ts";

const nothing: ReloadReport = { added: [], changed: [], removed: [], failures: [] };
const failures = [{ policyId: "p", kind: "settings", message: "Policy settings are invalid: x" }] as const;

function reloads(reload: () => Promise<ReloadReport>, read = async () => parsePolicies("", "p.yml")) {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "info", target: "test", write: (line) => lines.push(line) });
  const clock = { ...systemClock, now: () => Date.UTC(2026, 0, 1) };
  const recorded: string[] = [];
  const record = (outcome: string) => void recorded.push(outcome);
  const created = createPolicyReloads({ evaluator: { reload }, read, path: "p.yml", log, clock, record });
  return { lines, recorded, ...created };
}

const at = "2026-01-01T00:00:00.000Z";

it.each([
  ["everything", async () => nothing, { at, outcome: "applied" }, "policies reloaded"],
  [
    "what can be used",
    async () => ({ ...nothing, failures }),
    { at, outcome: "partly-applied", errors: ["Policy settings are invalid: x"] },
    "policies reloaded",
  ],
  [
    "nothing",
    () => Promise.reject(new Error("one\ntwo")),
    { at, outcome: "refused", errors: ["one", "two"] },
    "policies cannot be reloaded",
  ],
])("puts %s in place and says so", async (_what, reload, last, message) => {
  const { lines, recorded, reload: ask, last: lastOf } = reloads(reload);
  expect(lastOf()).toBeUndefined();
  await ask();
  expect(lastOf()).toEqual(last);
  expect(lines.map((line) => line.message)).toEqual([message]);
  expect(recorded).toEqual([last.outcome]);
});

it("a file that cannot be read changes nothing", async () => {
  let asked = 0;
  const reload = async () => {
    asked++;
    return nothing;
  };
  const { reload: ask, last } = reloads(reload, () => Promise.reject(new Error("no such file")));
  await ask();
  expect([asked, last()]).toEqual([0, { at, outcome: "refused", errors: ["no such file"] }]);
});

it("however many ask during a reload, one more follows, which reads the file again", async () => {
  const ends: (() => void)[] = [];
  const begun: (() => void)[] = [];
  const started = [0, 1].map(() => {
    const { promise, resolve } = Promise.withResolvers<void>();
    begun.push(resolve);
    return promise;
  });
  const { reload: ask } = reloads(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    begun.shift()?.();
    await promise;
    return nothing;
  });
  const first = ask();
  await started[0];
  const others = [ask(), ask(), ask()];
  ends[0]!();
  await first;
  await started[1];
  ends[1]!();
  await Promise.all(others);
  expect(ends).toHaveLength(2);
});
