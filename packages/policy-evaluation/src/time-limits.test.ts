import { describe, expect, it } from "vitest";
import { accepted, guest, rejected, start, timeoutText, validate } from "../fixtures/evaluator.ts";
import { review } from "../fixtures/text-policies.ts";

describe("limits of time", () => {
  it("policy-server 10, policy-runtime 9: a policy's own limit beats a larger and a smaller common one", async () => {
    const shorter = { loop: { ...guest("loop-in-call"), timeoutEvalSeconds: 1 } };
    await using patient = await start(shorter, { defaultTimeoutMs: 600_000 });
    expect(await validate(patient, "loop")).toEqual(rejected(timeoutText, 500));
    const longer = { slow: { ...guest("nap"), timeoutEvalSeconds: 60 } };
    await using hasty = await start(longer, { defaultTimeoutMs: 100 });
    expect(await validate(hasty, "slow")).toEqual(accepted);
  });

  it("policy-server 11, policy-runtime 9: without protection nothing is limited, whatever a policy says", async () => {
    const policies = { slow: { ...guest("nap"), timeoutEvalSeconds: 1 } };
    await using evaluator = await start(policies, { timeoutProtection: false, defaultTimeoutMs: 10 });
    expect(await validate(evaluator, "slow")).toEqual(accepted);
  });

  it("a caller that waits for a shorter time is answered in it", async () => {
    await using evaluator = await start({ loop: guest("loop-in-call") }, { defaultTimeoutMs: 60_000 });
    const evaluation = await evaluator.admission("validate", "loop", review(), { timeoutMs: 200 });
    const response = rejected(timeoutText, 500);
    expect(evaluation).toEqual({ kind: "response", response });
  });
});
