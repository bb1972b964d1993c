import { describe, expect, it } from "vitest";
import { accepted, guest, start, validate } from "../fixtures/evaluator.ts";
import { review } from "../fixtures/text-policies.ts";

const message =
  "the policy server is overloaded: the policy could not have been evaluated in time, and was not begun; try again";
const shed = {
  ...accepted,
  allowed: false,
  status: { message, reason: "TooManyRequests", details: { retryAfterSeconds: 1 }, code: 429 },
};

/** A policy that waits until it is let go, and so holds its request; there is no room for another one. */
async function full(entry: Record<string, unknown> = {}) {
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<unknown>()];
  const waiting = { ...guest("look-up-host"), hostCapabilities: ["*"], ...entry };
  const other = { ...guest("reject-silently"), ...entry };
  const evaluator = await start(
    { waiting, other },
    {
      alwaysAcceptNamespace: "kubewarden",
      maxPendingBytes: 1,
      defaultTimeoutMs: 60_000,
      serveCapability: () => {
        asked.resolve();
        return answered.promise;
      },
    },
  );
  const first = validate(evaluator, "waiting");
  await asked.promise;
  const letGo = () => {
    answered.resolve({ ips: [] });
    return first;
  };
  return {
    evaluator,
    letGo,
    async [Symbol.asyncDispose]() {
      await letGo();
      await evaluator[Symbol.asyncDispose]();
    },
  };
}

describe("a request for which there is no room", () => {
  it("is rejected at once, and its client told to try again", async () => {
    await using filled = await full();
    const { evaluator } = filled;
    expect(await evaluator.admission("validate", "waiting", review())).toEqual({
      ...{ kind: "response", response: shed },
    });
    expect(await filled.letGo()).not.toMatchObject({ status: { code: 429 } });
    expect(await validate(evaluator, "waiting")).not.toMatchObject({ status: { code: 429 } });
  });

  it("keeps no other policy from being asked", async () => {
    await using filled = await full();
    const { evaluator } = filled;
    expect(await validate(evaluator, "other")).toEqual({ ...accepted, allowed: false });
  });

  it("is accepted where a policy in monitor mode is concerned, as every rejection is", async () => {
    await using filled = await full({ policyMode: "monitor" });
    const { evaluator } = filled;
    expect(await validate(evaluator, "waiting")).toEqual(accepted);
    expect(await validate(evaluator, "waiting", review(), "audit")).toEqual(shed);
  });

  it("is accepted in the namespace that is always accepted", async () => {
    await using filled = await full();
    const { evaluator } = filled;
    expect(await validate(evaluator, "waiting", review({ namespace: "kubewarden" }))).toEqual(accepted);
  });

  it("is malformed all the same when it is", async () => {
    await using filled = await full();
    const { evaluator } = filled;
    const body = new TextEncoder().encode("{}");
    expect(await evaluator.admission("validate", "waiting", body)).toMatchObject({ kind: "malformed" });
  });
});

it("policy-server 11: without protection, the caller's time-out ends what was not begun, and nothing else", async () => {
  const policies = { loop: guest("loop-in-call"), other: guest("accept") };
  await using evaluator = await start(policies, { timeoutProtection: false, workers: 1 });
  const loop = evaluator.admission("validate", "loop", review(), { timeoutMs: 10 });
  const other = await evaluator.admission("validate", "other", review(), { timeoutMs: 50 });
  expect(other).toEqual({ kind: "response", response: shed });
  const first = await Promise.race([
    loop.then(() => "loop"),
    validate(evaluator, "other").then(() => "other"),
  ]);
  expect(first).toBe("other");
});
