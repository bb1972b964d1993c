import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { type Answer, failure, httpFailure } from "./answer.ts";
import { type Ask, askPatiently } from "./ask-patiently.ts";

const { signal } = new AbortController();
const response: Answer = { kind: "response", response: { uid: "", allowed: false, patch: "", status: null } };
const status = (code: number, headers = {}): Answer => httpFailure({ status: code, headers, body: "" });
const broken: Answer = { ...failure("broke"), again: "broken" };
const silent: Answer = { ...failure("late"), silent: true };

/** Asks about one policy, answered in this order; tells the pauses, and what the limit was told. */
async function ask(answers: readonly Answer[], { random = 0, takesMs = 0 } = {}) {
  const clock = createFakeClock(0);
  const reports: string[] = [];
  const leftMs: number[] = [];
  const slot = {
    answered: () => void reports.push("answered"),
    overloaded: () => void reports.push("overloaded"),
    [Symbol.dispose]() {},
  };
  const pauses: number[] = [];
  const quick = {
    now: clock.now,
    async sleep(ms: number) {
      pauses.push(ms);
      await clock.advance(ms);
    },
  };
  const send: Ask = async (_ids, ms) => {
    const answer = answers[leftMs.push(ms) - 1]!;
    await clock.advance(takesMs);
    return [answer];
  };
  const options = { timeoutMs: 10_000, clock: quick, random: () => random, slot, signal };
  const got = await askPatiently(["p"], send, options);
  return { got: got?.[0], tries: leftMs.length, pauses, reports, leftMs };
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
  ])("%s", async (_row, answers, tries) => {
    const told = await ask(answers);
    expect(told.tries).toBe(tries);
    expect(told.got).toBe(answers.at(-1));
  });

  it.each([
    [0, [100, 200]],
    [1, [200, 400]],
  ])("the pauses double and differ (%d)", async (random, pauses) => {
    expect((await ask([broken, broken, broken], { random })).pauses).toEqual(pauses);
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
    expect(await ask([status(503, { "retry-after": "10" })])).toMatchObject({ tries: 1, pauses: [] });
  });

  it.each<[string, Answer[], string[]]>([
    ["verdicts", [response], ["answered"]],
    ["429, then a verdict", [status(429), response], ["overloaded", "answered"]],
    ["silence", [silent], ["overloaded"]],
    ["what says nothing about load", [status(404)], []],
  ])("the limit hears of %s", async (_row, answers, reports) => {
    expect((await ask(answers)).reports).toEqual(reports);
  });
});
