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
});
