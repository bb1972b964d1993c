import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import type { AdaptiveLimit } from "./adaptive-limit.ts";
import { type Answer, failure, httpFailure } from "./answer.ts";
import { type Ask, askPatiently } from "./ask-patiently.ts";
import { createPatience } from "./patience.ts";

const { signal } = new AbortController();
const response: Answer = { kind: "response", response: { uid: "", allowed: false, patch: "", status: null } };
const status = (code: number, headers = {}): Answer => httpFailure({ status: code, headers, body: "" });
const later = status(503, { "retry-after": "1" });
const broken: Answer = { ...failure("broke"), again: "broken" };
const silent: Answer = { ...failure("late"), silent: true };

/** Asks about one policy, answered in this order, the last answer for ever. */
async function ask(answers: readonly Answer[], { random = 0, takesMs = 0 } = {}) {
  const clock = createFakeClock(0);
  const reports: string[] = [];
  const leftMs: number[] = [];
  let held = 0;
  const limit: AdaptiveLimit = {
    current: 1,
    async acquire() {
      held++;
      return {
        answered: () => void reports.push("answered"),
        overloaded: () => void reports.push("overloaded"),
        slow: () => void reports.push("slow"),
        [Symbol.dispose]: () => void held--,
      };
    },
  };
  const pauses: number[] = [];
  const quick = {
    now: clock.now,
    async sleep(ms: number) {
      expect(held).toBe(0);
      pauses.push(ms);
      await clock.advance(ms);
    },
  };
  const send: Ask = async (_ids, ms) => {
    const answer = answers[leftMs.push(ms) - 1] ?? answers.at(-1)!;
    await clock.advance(takesMs);
    return [answer];
  };
  const options = { timeoutMs: 10_000, clock: quick, random: () => random, limit, signal };
  const got = await askPatiently(["p"], send, { ...options, patience: createPatience(clock) });
  return { got: got?.[0], tries: leftMs.length, pauses, reports, leftMs, tookMs: clock.now() };
}

describe("audit-and-reports 13: asking again", () => {
  it.each<[string, Answer[], number]>([
    ["never about a rejection", [response], 1],
    ["never after 404", [status(404)], 1],
    ["never after 500", [status(500)], 1],
    ["never after 10 s without an answer", [silent], 1],
    ["after 503", [status(503), response], 2],
    ["after 429", [status(429), response], 2],
    ["after a broken connection", [broken, response], 2],
    ["twice", [status(503), broken, response], 3],
    ["not three times", [status(503), status(503), status(503)], 3],
    ["twice after what broke, however often the server refused", [...Array(9).fill(status(429)), broken], 12],
    ["as often as the server refuses", [...Array(20).fill(status(429)), response], 21],
    ["as often as it says when to come", [...Array(9).fill(later), response], 10],
  ])("%s", async (_row, answers, tries) => {
    const told = await ask(answers);
    expect(told.tries).toBe(tries);
    expect(told.got).toBe(answers.at(-1));
  });

  it.each([
    [0, [100, 200]],
    [1, [200, 400]],
  ])("the pauses double and differ (%d)", async (random, pauses) => {
    expect((await ask([broken], { random })).pauses).toEqual(pauses);
  });

  it("up to 5 s", async () => {
    expect((await ask([...Array(7).fill(status(429)), response], { random: 1 })).pauses).toEqual([
      200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
  });

  it.each([
    ["2", [2_100]],
    ["0", [100]],
    ["soon", [100]],
    ["-1", [100]],
  ])("Retry-After %s counts", async (seconds, pauses) => {
    expect((await ask([status(503, { "retry-after": seconds }), response])).pauses).toEqual(pauses);
  });

  it("within the time of the whole", async () => {
    const slow = await ask([broken, broken, response], { takesMs: 4_900 });
    expect(slow).toMatchObject({ tries: 2, got: broken, leftMs: [10_000, 5_000], pauses: [100] });
  });

  it("a refusal spends none of that time", async () => {
    const { leftMs } = await ask([status(429), broken, status(429), response], { takesMs: 3_000 });
    expect(leftMs).toEqual([10_000, 10_000, 6_900, 10_000]);
  });

  it("for two minutes, where the server does nothing but refuse", async () => {
    const { got, tookMs, tries } = await ask([later]);
    expect(got).toBe(later);
    expect(tookMs).toBeGreaterThan(110_000);
    expect(tookMs).toBeLessThan(120_000);
    expect(tries).toBeGreaterThan(30);
    expect(await ask([status(429, { "retry-after": "120" })])).toMatchObject({ tries: 1, pauses: [] });
  });

  it.each<[string, Answer[], string[]]>([
    ["verdicts", [response], ["answered"]],
    ["429, then a verdict", [status(429), response], ["overloaded", "answered"]],
    ["503, then a verdict", [status(503), response], ["overloaded", "answered"]],
    ["silence", [silent], ["overloaded"]],
    ["what says nothing about load", [status(404)], []],
  ])("the limit hears of %s", async (_row, answers, reports) => {
    expect((await ask(answers)).reports).toEqual(reports);
  });

  it.each([
    [2_500, ["answered"]],
    [2_600, ["slow"]],
  ])("the limit hears of verdicts after %d ms", async (takesMs, reports) => {
    expect((await ask([response], { takesMs })).reports).toEqual(reports);
  });
});
