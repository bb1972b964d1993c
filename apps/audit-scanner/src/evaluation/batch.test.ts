import { silentLogger } from "@kubewarden-ts/base";
import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { readClientTls } from "./client-tls.ts";
import { createEvaluator, type EvaluatorOptions } from "./create-evaluator.ts";
import {
  accepting,
  type ReceivedRequest,
  type Respond,
  startFakePolicyServer,
} from "./testing/fake-policy-server.ts";
import { pod, question } from "./testing/questions.ts";

const { signal } = new AbortController();
const tls = await readClientTls({}, () => []);
const announcing = { status: 200, headers: { "kubewarden-ts-batch": "1" }, body: accepting };
const isBatch = (path: string) => path.startsWith("/audit?");

/** Asks about a Pod whose only policy makes the server announce the batch, then about another with all policies. */
async function askBoth(respond: Respond, names: readonly string[], options: Partial<EvaluatorOptions> = {}) {
  const accepted = JSON.stringify({ results: [{ policy: "first", response: { allowed: true } }] });
  await using server = await startFakePolicyServer((request, sequence) =>
    isBatchOf("first", request) ? accepted : respond(request, sequence),
  );
  await using evaluator = createEvaluator({
    ...{ tls, log: silentLogger, clock: createFakeClock(), random: () => 0 },
    ...options,
  });
  await evaluator.evaluate(pod("first"), [question("first", server.url)], signal);
  const asked = names.map((name) => question(name, server.url));
  const verdicts = await evaluator.evaluate(pod("second"), asked, signal);
  const isAboutFirst = (request: ReceivedRequest): boolean =>
    request.path === "/audit/first" || isBatchOf("first", request);
  return { verdicts, requests: server.requests.filter((request) => !isAboutFirst(request)) };
}
const isBatchOf = (policy: string, { path, body }: ReceivedRequest) =>
  isBatch(path) && JSON.parse(body).policies.includes(policy);
/** Announces, and answers a batch with these results. */
const resulting =
  (...results: unknown[]): Respond =>
  ({ path }) =>
    isBatch(path) ? JSON.stringify({ results }) : announcing;
const result = (policy: string, more = {}) => ({
  policy,
  response: { uid: "uid-of-second", allowed: true },
  ...more,
});

/** Announces, and accepts everything. */
const announcingAndJudging: Respond = ({ path, body }) => {
  if (!isBatch(path)) return announcing;
  const { policies } = JSON.parse(body);
  return JSON.stringify({
    results: policies.map((policy: string) => ({ policy, revision: "r", response: { allowed: true } })),
  });
};

describe("architecture 5: the batch of audits", () => {
  it("is one request once the server announced it, and brings revision and reads", async () => {
    const read = { capability: "kubernetes/get_resource", apiVersion: "v1", kind: "Node", name: "n" };
    const respond = resulting(
      result("a", { revision: "r1", reads: [] }),
      result("b", { revision: "r2", reads: [read] }),
    );
    const { verdicts, requests } = await askBoth(respond, ["a", "b"]);
    expect(requests.map(({ path }) => path)).toEqual(["/audit?timeout=10000ms"]);
    expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({
      policies: ["a", "b"],
      request: { uid: "uid-of-second" },
    });
    expect(verdicts).toMatchObject([
      { result: "pass", revision: "r1", reads: [] },
      { result: "pass", revision: "r2", reads: [JSON.stringify(read)] },
    ]);
  });

  it("is used for the first object already, once its first question is answered: all verdicts have a revision", async () => {
    await using server = await startFakePolicyServer(announcingAndJudging);
    await using evaluator = createEvaluator({ tls, log: silentLogger });
    const asked = ["a", "b", "c"].map((name) => question(name, server.url));
    const verdicts = await evaluator.evaluate(pod(), asked, signal);
    expect(verdicts.map(({ result, revision }) => [result, revision])).toEqual(Array(3).fill(["pass", "r"]));
    expect(server.requests.map(({ path }) => path.split("?")[0])).toEqual(["/audit/a", "/audit"]);
  });

  /** How many objects that are asked about at the same time are; the paths of all requests. */
  async function askAboutFour(respond: Respond): Promise<readonly string[]> {
    await using server = await startFakePolicyServer(respond);
    await using evaluator = createEvaluator({ tls, log: silentLogger, random: () => 0 });
    const asked = ["a", "b"].map((name) => question(name, server.url));
    const pods = ["1", "2", "3", "4"].map((name) => pod(name));
    await Promise.all(pods.map((each) => evaluator.evaluate(each, asked, signal)));
    return server.requests.map(({ path }) => path.split("?")[0]!);
  }

  it("objects that come together wait until the first question tells how to ask", async () => {
    const paths = await askAboutFour(announcingAndJudging);
    expect(paths).toEqual(["/audit/a", ...Array(4).fill("/audit")]);
  });

  it("where the server does not announce it, each question is asked once", async () => {
    const paths = await askAboutFour(() => accepting);
    expect(paths[0]).toBe("/audit/a");
    expect(paths.toSorted()).toEqual([...Array(4).fill("/audit/a"), ...Array(4).fill("/audit/b")]);
  });

  it("who waits for the first question can leave", async () => {
    const begun = Promise.withResolvers<void>();
    await using server = await startFakePolicyServer(() => {
      begun.resolve();
      return "hang";
    });
    await using evaluator = createEvaluator({ tls, log: silentLogger });
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [question("a", server.url)];
    const both = [first, second].map((each) => evaluator.evaluate(pod(), asked, each.signal));
    await begun.promise;
    second.abort(new Error("second stopped"));
    await expect(both[1]).rejects.toThrow("second stopped");
    first.abort(new Error("first stopped"));
    await expect(both[0]).rejects.toThrow("first stopped");
    expect(server.requests).toHaveLength(1);
  });

  it("has 50 policies at most", async () => {
    const names = Array.from({ length: 120 }, (_, index) => `p${index}`);
    const echo: Respond = ({ path, body }) =>
      isBatch(path)
        ? JSON.stringify({ results: JSON.parse(body).policies.map((id: string) => result(id)) })
        : announcing;
    const { verdicts, requests } = await askBoth(echo, names);
    expect(requests.map(({ body }) => JSON.parse(body).policies.length)).toEqual([50, 50, 20]);
    expect(verdicts.map(({ policy, result }) => `${policy.uniqueName} ${result}`)).toEqual(
      names.map((name) => `${name} pass`),
    );
  });

  it.each([
    ["a server that never announced it", accepting, {}],
    ["somebody who does not want it", announcing, { batch: false }],
  ])("is not asked for by %s", async (_row, answer, options) => {
    const { verdicts, requests } = await askBoth(() => answer, ["a", "b"], options);
    expect(verdicts.map(({ result }) => result)).toEqual(["pass", "pass"]);
    expect(requests.map(({ path }) => path).sort()).toEqual(["/audit/a", "/audit/b"]);
  });

  it.each([404, 405])(
    "a server that has lost it (%d) is asked one by one at once, and not again soon",
    async (status) => {
      await using server = await startFakePolicyServer(({ path }) =>
        isBatch(path) ? { status } : announcing,
      );
      await using evaluator = createEvaluator({
        tls,
        log: silentLogger,
        clock: createFakeClock(),
        parallelPolicies: 1,
      });
      for (const name of ["first", "second", "third"]) {
        const asked = ["a", "b"].map((id) => question(id, server.url));
        const verdicts = await evaluator.evaluate(pod(name), asked, signal);
        expect(verdicts.map(({ result }) => result)).toEqual(["pass", "pass"]);
      }
      expect(server.requests.map(({ path }) => path.split("?")[0])).toEqual([
        ...["/audit/a", "/audit", "/audit/a", "/audit/b"],
        ...["/audit/a", "/audit/b", "/audit/a", "/audit/b"],
      ]);
    },
  );

  const unknown = { policy: "a", error: { message: "unknown policy: a", status: 404 } };
  it.each<[string, unknown[], string]>([
    [
      "an error",
      [unknown, result("b")],
      "it answered HTTP 404: unknown policy: a; it has not loaded the policy",
    ],
    [
      "another policy's result",
      [result("c"), result("b")],
      "its answer has the result of another policy in this place",
    ],
    ["no object", [7, result("b")], "its result for the policy is none: expected Object, received 7"],
    ["neither answer nor error", [{ policy: "a" }, result("b")], "neither response nor error"],
    [
      "another object's answer",
      [{ policy: "a", response: { uid: "x", allowed: true } }, result("b")],
      "its answer is about another object",
    ],
  ])("%s in place of a result is that policy's alone", async (_row, results, text) => {
    const { verdicts } = await askBoth(resulting(...results), ["a", "b"]);
    expect(verdicts).toMatchObject([
      { result: "error", message: expect.stringContaining(text) },
      { result: "pass" },
    ]);
  });

  it("a result that is missing is an error", async () => {
    const { verdicts } = await askBoth(resulting(result("a")), ["a", "b"]);
    expect(verdicts).toMatchObject([
      { result: "pass" },
      { result: "error", message: expect.stringContaining("its answer has no result for the policy") },
    ]);
  });

  it.each([
    ["{}", "its answer is no batch of results: results: expected a value, received nothing"],
    ["[", "its answer is no batch of results: its body is not JSON"],
    [{ status: 413 }, "it answered HTTP 413"],
  ])("%j in place of results is an error for each policy", async (answer, text) => {
    const { verdicts } = await askBoth(({ path }) => (isBatch(path) ? answer : announcing), ["a", "b"]);
    const error = { result: "error", message: expect.stringContaining(text) };
    expect(verdicts).toMatchObject([error, error]);
  });

  it("asks again only about what the server was too busy for", async () => {
    const busy = {
      policy: "b",
      response: {
        ...{ uid: "uid-of-second", allowed: false },
        status: {
          code: 429,
          reason: "TooManyRequests",
          message: "overloaded",
          details: { retryAfterSeconds: 1 },
        },
      },
    };
    let batches = 0;
    const respond: Respond = ({ path }) => {
      if (!isBatch(path)) return announcing;
      return JSON.stringify({ results: ++batches === 1 ? [result("a"), busy, result("c")] : [result("b")] });
    };
    const slept: number[] = [];
    const clock = {
      now: () => 0,
      sleep: (ms: number) => {
        if (ms > 5_000) return new Promise<void>(() => {});
        slept.push(ms);
        return Promise.resolve();
      },
    };
    const { verdicts, requests } = await askBoth(respond, ["a", "b", "c"], { clock });
    expect(verdicts.map(({ result }) => result)).toEqual(["pass", "pass", "pass"]);
    expect(requests.map(({ body }) => JSON.parse(body).policies)).toEqual([["a", "b", "c"], ["b"]]);
    expect(slept).toEqual([1_100]);
  });
});
