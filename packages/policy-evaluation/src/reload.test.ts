import { describe, expect, it } from "vitest";
import { accepted, guest, start, validate } from "../fixtures/evaluator.ts";
import { fetchTextPolicy, review } from "../fixtures/text-policies.ts";
import { parsePolicies } from "./policies-file.ts";

describe("a reload", () => {
  const policies = (entries: Record<string, unknown>) =>
    parsePolicies(JSON.stringify(entries), "policies.yml");

  it("puts added, changed and removed policies in place at once", async () => {
    await using evaluator = await start({ a: guest("accept"), b: guest("accept"), c: guest("accept") });
    const report = await evaluator.reload(
      policies({ a: guest("accept"), b: guest("reject-silently"), d: guest("accept") }),
    );
    expect(report).toEqual({ added: ["d"], changed: ["b"], removed: ["c"], failures: [] });
    expect(await validate(evaluator, "a")).toEqual(accepted);
    expect(await validate(evaluator, "b")).toMatchObject({ allowed: false });
    expect(await evaluator.admission("validate", "c", review())).toEqual({ kind: "unknown-policy" });
    expect(await validate(evaluator, "d")).toEqual(accepted);
  });

  it("notices a module that changed behind the same address", async () => {
    let current = "text:wapc/accept";
    await using evaluator = await start(
      { p: { module: "text:current" } },
      { fetchModule: () => fetchTextPolicy(current) },
    );
    expect(await validate(evaluator, "p")).toEqual(accepted);
    current = "text:wapc/reject-silently";
    expect(await evaluator.reload(policies({ p: { module: "text:current" } }))).toMatchObject({
      changed: ["p"],
    });
    expect(await validate(evaluator, "p")).toMatchObject({ allowed: false });
  });

  it("leaves what worked in place where the new revision does not", async () => {
    await using evaluator = await start({ p: guest("accept") });
    const report = await evaluator.reload(policies({ p: { module: "text:wapc/reject-settings" } }));
    expect(report.failures).toMatchObject([{ policyId: "p", kind: "settings" }]);
    expect(await validate(evaluator, "p")).toEqual(accepted);
  });

  it("lets a group that is being asked end as it began", async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<unknown>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const serveCapability = () => {
      ask();
      return answered;
    };
    const members = {
      waiting: { ...guest("look-up-host"), hostCapabilities: ["*"] },
      last: guest("reject-silently"),
    };
    const group = { policies: members, expression: "waiting() && last()", message: "no" };
    await using evaluator = await start({ group }, { serveCapability, defaultTimeoutMs: 60_000 });
    const verdict = validate(evaluator, "group");
    await asked;
    await evaluator.reload(policies({}));
    expect(await evaluator.admission("validate", "group", review())).toEqual({ kind: "unknown-policy" });
    answer({ ips: [] });
    expect(await verdict).toMatchObject({ allowed: false, status: { message: "no" } });
  });

  it("tells settings apart that differ in their types alone", async () => {
    const entry = (settings: string) =>
      parsePolicies(`p: {module: "text:wapc/accept", settings: ${settings}}`, "p");
    await using evaluator = await start({});
    await evaluator.reload(entry("{n: 1}"));
    for (const settings of ['{n: "1n"}', "{n: 1.0}", '{n: "1.0"}', "{n: -0.0}"]) {
      expect(await evaluator.reload(entry(settings))).toMatchObject({ changed: ["p"] });
      expect(await evaluator.reload(entry(settings))).toMatchObject({ changed: [] });
    }
  });
});

describe("the state of a policy", () => {
  const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
  const module = { digest, settingsDigest: digest };
  const revision = expect.stringMatching(/^[0-9a-f]{64}$/);
  const entries = (text: string) => parsePolicies(text, "policies.yml");

  it("says what runs, of groups too", async () => {
    const group = {
      policies: { a: guest("accept") },
      expression: "a()",
      message: "no",
      policyMode: "monitor",
    };
    await using evaluator = await start({ p: guest("accept"), group });
    expect(evaluator.status()).toEqual([
      { id: "p", kind: "policy", mode: "protect", state: "active", revision, module },
      { id: "group", kind: "group", mode: "monitor", state: "active", revision, members: { a: module } },
    ]);
  });

  it("is failed where nothing can run, until it can", async () => {
    await using evaluator = await start({ p: { module: "text:wapc/none" } }, { continueOnErrors: true });
    expect(evaluator.status()).toEqual([
      {
        id: "p",
        kind: "policy",
        mode: "protect",
        state: "failed",
        errors: [expect.stringContaining("no such module")],
      },
    ]);
    expect(await evaluator.reload(entries("p: {module: 'text:wapc/accept'}"))).toMatchObject({
      changed: ["p"],
    });
    expect(evaluator.status()).toMatchObject([{ state: "active", revision, module }]);
  });

  it("is outdated while the last good revision runs, and active when that is what the file says again", async () => {
    await using evaluator = await start({ p: guest("accept") });
    const [before] = evaluator.status();
    await evaluator.reload(entries("p: {module: 'text:wapc/reject-settings'}"));
    expect(evaluator.status()).toEqual([
      { ...before, state: "outdated", errors: [expect.stringContaining("Policy settings are invalid")] },
    ]);
    expect(await evaluator.reload(entries("p: {module: 'text:wapc/accept'}"))).toEqual({
      ...{ added: [], changed: [], removed: [], failures: [] },
    });
    expect(evaluator.status()).toEqual([before]);
  });

  it("does not show settings", async () => {
    await using evaluator = await start({ p: { ...guest("accept"), settings: { password: "hunter2" } } });
    expect(JSON.stringify(evaluator.status())).not.toMatch(/hunter2|password/);
  });
});
