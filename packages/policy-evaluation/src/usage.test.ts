import { describe, expect, it } from "vitest";
import { guest, start } from "../fixtures/evaluator.ts";
import { review } from "../fixtures/text-policies.ts";
import { totalUsage } from "./usage.ts";

const pageBytes = 65_536;
const group = (...names: string[]) => ({
  expression: names.map((name) => `${name}()`).join(" && "),
  message: "no",
  policies: Object.fromEntries(names.map((name) => [name, guest("accept")])),
});

async function usageOf(policies: Record<string, unknown>, body = review()) {
  await using evaluator = await start(policies, { alwaysAcceptNamespace: "kubewarden" });
  const evaluation = await evaluator.admission("validate", "p", body);
  return evaluation.kind === "response" ? evaluation.usage : evaluation;
}

describe("what an evaluation took", () => {
  it.each<[string, object, object]>([
    ["without host calls", guest("accept"), { hostCalls: 0, hostAnswerBytes: 0, outputBytes: 17 }],
    [
      "with a host call",
      { ...guest("look-up-host"), hostCapabilities: ["net/*"] },
      { hostCalls: 1, hostAnswerBytes: '{"ips":["10.0.0.1"]}'.length, outputBytes: 20 },
    ],
    ["of a guest that fails", guest("trap"), { hostCalls: 0, outputBytes: 0 }],
    ["of a group: all members together", group("first", "second"), { hostCalls: 0, outputBytes: 34 }],
  ])("is told %s", async (_what, policy, expected) => {
    const usage = await usageOf({ p: policy });
    expect(usage).toMatchObject(expected);
    expect(usage).toMatchObject({
      memoryBytes: expect.any(Number),
      cpuMs: expect.any(Number),
      elapsedMs: expect.any(Number),
    });
  });

  it("counts memory as the guest sees it, also in an instance that was larger once", async () => {
    await using evaluator = await start({ p: guest("counter") });
    const memories = [];
    for (let turn = 0; turn < 3; turn++) {
      const evaluation = await evaluator.admission("validate", "p", review());
      memories.push(evaluation.kind === "response" && evaluation.usage?.memoryBytes);
    }
    expect(new Set(memories).size).toBe(1);
    expect(Number(memories[0]) % pageBytes).toBe(0);
  });

  it("is told of as many guests as an expression may ask", () => {
    const one = { memoryBytes: 7, outputBytes: 1, hostCalls: 0, hostAnswerBytes: 0, cpuMs: 1, elapsedMs: 1 };
    const total = totalUsage(Array.from({ length: 200_000 }, () => one));
    expect(total).toMatchObject({ memoryBytes: 7, outputBytes: 200_000 });
  });

  it("is not told where no guest was asked", async () => {
    expect(await usageOf({ p: guest("accept") }, review({ namespace: "kubewarden" }))).toBeUndefined();
  });
});
