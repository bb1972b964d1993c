import { describe, expect, it } from "vitest";
import { wapcGuest } from "../../../tests/guests/text/wapc.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { accepted, guest, rejected, start, timeoutText, validate } from "../fixtures/evaluator.ts";
import { review } from "../fixtures/text-policies.ts";

/** Starts for a while, and accepts nothing. */
const slowToStart = wapcGuest({
  more: `(func (export "wapc_init") (local $count i64)
    (loop $busy
      (local.set $count (i64.add (local.get $count) (i64.const 1)))
      (i64.store (i32.const 60000) (i64.rem_u (local.get $count) (i64.const 7919)))
      (br_if $busy (i64.lt_u (local.get $count) (i64.const 20000000)))))`,
  data: [[16, '{"accepted":false}']],
  body: "(call $guest_response (i32.const 16) (i32.const 18)) (i32.const 1)",
});

describe("limits of time", () => {
  it("policy-server 8, 9: a loop, a sleep and a host call are answered at their limit, while what takes longer goes on", async () => {
    const stuck = ["loop-in-call", "sleep", "look-up-host"] as const;
    const policies = {
      ...Object.fromEntries(stuck.map((name) => [name, { ...guest(name), hostCapabilities: ["*"] }])),
      longer: { ...guest("nap"), timeoutEvalSeconds: 60 },
    };
    const serveCapability = () => new Promise(() => {});
    await using evaluator = await start(policies, { workers: 2, serveCapability });
    const beganMs = performance.now();
    const ended: { id: string; response: unknown }[] = [];
    const ask = async (id: string) => {
      const response = await validate(evaluator, id);
      ended.push({ id, response });
      expect(performance.now() - beganMs).toBeGreaterThan(450);
    };
    await Promise.all(Object.keys(policies).map(ask));
    expect(ended.pop()).toEqual({ id: "longer", response: accepted });
    expect(ended.map(({ id }) => id).toSorted()).toEqual(stuck.toSorted());
    for (const { response } of ended) expect(response).toEqual(rejected(timeoutText, 500));
  });

  it("policy-server 10, policy-runtime 9: a policy's own limit beats a larger and a smaller common one", async () => {
    const shorter = { loop: { ...guest("loop-in-call"), timeoutEvalSeconds: 1 } };
    await using patient = await start(shorter, { defaultTimeoutMs: 600_000 });
    expect(await validate(patient, "loop")).toEqual(rejected(timeoutText, 500));
    const longer = { slow: { ...guest("nap"), timeoutEvalSeconds: 60 } };
    await using hasty = await start(longer, { defaultTimeoutMs: 100 });
    expect(await validate(hasty, "slow")).toEqual(accepted);
  });

  it("policy-server 10: a limit that is longer than any timer is not a short one", async () => {
    const longest = Number.MAX_SAFE_INTEGER;
    const policies = { own: { module: "own", timeoutEvalSeconds: longest }, common: { module: "common" } };
    await using evaluator = await start(policies, {
      fetchModule: async () => ({ bytes: asPolicy(assemble(slowToStart)) }),
      defaultTimeoutMs: longest,
    });
    for (const id of ["own", "common"]) {
      expect(await validate(evaluator, id)).toEqual({ ...accepted, allowed: false });
    }
  });

  it("policy-server 11, policy-runtime 9: without protection nothing is limited, whatever a policy says", async () => {
    const policies = { own: { ...guest("nap"), timeoutEvalSeconds: 1 }, common: guest("nap") };
    await using evaluator = await start(policies, { timeoutProtection: false, defaultTimeoutMs: 10 });
    const responses = await Promise.all(["own", "common"].map((id) => validate(evaluator, id)));
    expect(responses).toEqual([accepted, accepted]);
  });

  it("a caller that waits for a shorter time is answered in it", async () => {
    await using evaluator = await start({ loop: guest("loop-in-call") }, { defaultTimeoutMs: 60_000 });
    const evaluation = await evaluator.admission("validate", "loop", review(), { timeoutMs: 200 });
    const response = rejected(timeoutText, 500);
    expect(evaluation).toEqual({ kind: "response", response });
  });
});
