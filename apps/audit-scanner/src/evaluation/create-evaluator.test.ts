import { silentLogger } from "@kubewarden-ts/base";
import { createFakeClock } from "@kubewarden-ts/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readClientTls } from "./client-tls.ts";
import { createEvaluator, type EvaluatorOptions } from "./create-evaluator.ts";
import { accepting, type FakeAnswer, startFakePolicyServer } from "./testing/fake-policy-server.ts";
import { pod, question } from "./testing/questions.ts";

const { signal } = new AbortController();
const tls = await readClientTls({}, () => []);
const evaluatorWith = (options: Partial<EvaluatorOptions> = {}) =>
  createEvaluator({ tls, log: silentLogger, random: () => 0, ...options });

/** The verdict on a Pod when the server answers this, however often it is asked. */
async function verdictOn(answer: FakeAnswer) {
  await using server = await startFakePolicyServer(() => answer);
  await using evaluator = evaluatorWith({ clock: hasty });
  const [verdict] = await evaluator.evaluate(pod(), [question("clusterwide-p", server.url)], signal);
  return { verdict, requests: server.requests.length };
}
/** Pauses are over at once; the time for an answer never is. */
const hasty = {
  now: () => 0,
  sleep: (ms: number) => (ms < 5_000 ? Promise.resolve() : new Promise<void>(() => {})),
};

describe("audit-and-reports 9: the URL", () => {
  it.each([
    ["", "clusterwide-p", "/audit/clusterwide-p"],
    ["", "namespaced-n-p", "/audit/namespaced-n-p"],
    ["", "clusterwide-group-g", "/audit/clusterwide-group-g"],
    ["", "namespaced-group-n-g", "/audit/namespaced-group-n-g"],
    ["/base/of", "clusterwide-p", "/base/of/audit/clusterwide-p"],
    ["", "a/../b", "/audit/a%2F..%2Fb"],
  ])("below %j, %s is asked at %s", async (base, uniqueName, path) => {
    await using server = await startFakePolicyServer(() => accepting);
    await using evaluator = evaluatorWith();
    const [verdict] = await evaluator.evaluate(pod(), [question(uniqueName, server.url + base)], signal);
    expect(verdict?.result).toBe("pass");
    expect(server.requests).toMatchObject([
      { method: "POST", path, contentType: "application/json", host: new URL(server.url).host },
    ]);
  });
});

describe("audit-and-reports 10, 11: what is no verdict is an error with its cause", () => {
  it.each<[string, FakeAnswer, string]>([
    [
      "HTTP 404",
      { status: 404, body: '{"message":"unknown policy: p","status":404}' },
      "it answered HTTP 404: unknown policy: p; it has not loaded the policy: look at the conditions of the policy",
    ],
    [
      "HTTP 500",
      { status: 500, body: "Something\nwent wrong" },
      "it answered HTTP 500: Something went wrong; look at its log",
    ],
    [
      "HTTP 502 of a proxy",
      { status: 502, body: "<html>id 123</html>" },
      "it answered HTTP 502; look at its log",
    ],
    ["HTTP 413", { status: 413 }, "it answered HTTP 413; the object is bigger than it takes"],
    ["HTTP 302", { status: 302, headers: { location: "/" } }, "it answered HTTP 302"],
    ["a long text", { status: 400, body: "x".repeat(1000) }, `it answered HTTP 400: ${"x".repeat(300)}…`],
    ["no JSON", "<html>", "its answer is no AdmissionReview: its body is not JSON"],
    ["nothing", "", "its answer is no AdmissionReview: its body is not JSON"],
    ["{}", "{}", "its answer is no AdmissionReview: response: expected a value, received nothing"],
    ["null", "null", "its answer is no AdmissionReview: expected Object, received null"],
    [
      "a word for a decision",
      '{"response":{"allowed":"yes"}}',
      'its answer is no AdmissionReview: response.allowed: expected boolean, received "yes"',
    ],
    [
      "an answer about something else",
      '{"response":{"uid":"other","allowed":true}}',
      "its answer is about another object",
    ],
    ["a connection that breaks", "reset", "the connection broke before an answer came"],
  ])("%s", async (_row, answer, text) => {
    const { verdict } = await verdictOn(answer);
    expect(verdict).toMatchObject({
      result: "error",
      message: `the policy server "default" gave no verdict: ${text}`,
    });
  });

  it("a server that is not there, without its address: reports stay the same", async () => {
    const server = await startFakePolicyServer(() => accepting);
    await server[Symbol.asyncDispose]();
    await using evaluator = evaluatorWith();
    const asked = [question("clusterwide-a", server.url), question("clusterwide-b", server.url)];
    const verdicts = await evaluator.evaluate(pod(), asked, signal);
    expect(verdicts.map(({ result, message }) => [result, message])).toEqual(
      Array(2).fill([
        "error",
        'the policy server "default" gave no verdict: connection refused; look whether its pods are ready',
      ]),
    );
  });

  it.each([
    ["no URL", "no URL", {}],
    ["a proxy that is none", "http://server.test", { HTTP_PROXY: "socks5://p.test" }],
  ])("%s", async (_row, url, env) => {
    await using evaluator = evaluatorWith({ env });
    const [verdict] = await evaluator.evaluate(pod(), [question("clusterwide-a", url)], signal);
    expect(verdict).toMatchObject({ result: "error", message: expect.stringContaining("gave no verdict: ") });
  });

  it("any bytes at all, alone or for many", async () => {
    let answer: FakeAnswer = "";
    await using server = await startFakePolicyServer(() => answer);
    await using evaluator = evaluatorWith({ clock: hasty });
    const questions = ["a", "b"].map((name) => question(name, server.url));
    const body = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.anything().map((response) => JSON.stringify({ response }) ?? ""),
      fc.anything().map((result) => JSON.stringify({ results: [result, result] }) ?? ""),
    );
    const headers = fc.constantFrom({}, { "kubewarden-ts-batch": "1" });
    const given = fc.record({ status: fc.constantFrom(200, 200, 200, 404, 500, 503), headers, body });
    await fc.assert(
      fc.asyncProperty(given, async (next) => {
        answer = next;
        const verdicts = await evaluator.evaluate(pod(), questions, signal);
        expect(verdicts).toHaveLength(2);
        for (const { result, message } of verdicts) {
          expect(["pass", "fail", "error"]).toContain(result);
          if (result === "error") expect(message).not.toBe("");
          if (result === "pass") expect(next.body).toContain("true");
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("audit-and-reports 12: a policy server that hangs", () => {
  it("is given up after 10 s", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startFakePolicyServer(() => {
      asked.resolve();
      return "hang";
    });
    const clock = createFakeClock();
    await using evaluator = evaluatorWith({ clock });
    const evaluation = evaluator.evaluate(pod(), [question("clusterwide-p", server.url)], signal);
    await asked.promise;
    expect(clock.sleeps).toEqual([clock.now() + 10_000]);
    await clock.advance(10_000);
    expect(await evaluation).toMatchObject([
      { result: "error", message: 'the policy server "default" gave no verdict: it gave no answer in time' },
    ]);
  });

  it("is soon not waited for any more", async () => {
    await using server = await startFakePolicyServer(() => "hang");
    await using evaluator = evaluatorWith({ timeoutMs: 1 });
    const ask = (name: string) =>
      evaluator.evaluate(pod(name), [question("clusterwide-p", server.url)], signal);
    for (let count = 0; count < 20; count++) await ask(`pod-${count}`);
    const [verdict] = await ask("next");
    expect(verdict?.message).toContain("it takes requests, but answers none; look at its log");
  });
});

describe("a scan that is stopped", () => {
  it("gets the reason of its signal, and takes the request back", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startFakePolicyServer(() => {
      asked.resolve();
      return "hang";
    });
    await using evaluator = evaluatorWith();
    const stop = new AbortController();
    const evaluation = evaluator.evaluate(pod(), [question("clusterwide-p", server.url)], stop.signal);
    await asked.promise;
    stop.abort(new Error("SIGTERM"));
    await expect(evaluation).rejects.toThrow("SIGTERM");
    await expect(evaluator.evaluate(pod(), [], stop.signal)).rejects.toThrow("SIGTERM");
  });
});

describe("audit-and-reports 24: requests at once", () => {
  it.each([
    ["of a namespace", "default", 2],
    ["of the cluster", undefined, 1],
  ])("about an object %s: %s, %d", async (_row, namespace, expected) => {
    let waiting: (() => void)[] = [];
    await using server = await startFakePolicyServer(async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === expected) for (const go of waiting.splice(0)) go();
      });
      return accepting;
    });
    await using evaluator = evaluatorWith({ parallelPolicies: 2, batch: false });
    const { namespace: _, ...object } = pod();
    const questions = ["a", "b", "c", "d"].map((name) => question(name, server.url));
    await evaluator.evaluate({ ...object, ...(namespace && { namespace }) }, questions, signal);
    expect(server.mostAtOnce).toBe(expected);
    waiting = [];
  });
});

describe("endpoints of a policy server", () => {
  it("are those of the latest question", async () => {
    await using old = await startFakePolicyServer(() => accepting);
    await using young = await startFakePolicyServer(() => accepting);
    await using evaluator = evaluatorWith();
    for (const { port } of [old, young]) {
      const server = { name: "default", url: "http://service.invalid", endpoints: [`127.0.0.1:${port}`] };
      const [verdict] = await evaluator.evaluate(pod(), [question("clusterwide-p", server)], signal);
      expect(verdict?.result).toBe("pass");
    }
    expect([old, young].map(({ requests }) => requests.length)).toEqual([1, 1]);
  });
});

describe("audit-and-reports 40: verdicts", () => {
  it("stand in the order of the questions, whatever is faster", async () => {
    await using server = await startFakePolicyServer(({ path }, sequence) =>
      JSON.stringify({ response: { allowed: true, status: { message: `${path} ${sequence > 0}` } } }),
    );
    await using other = await startFakePolicyServer(() => '{"response":{"allowed":false}}');
    await using evaluator = evaluatorWith();
    const questions = [
      question("a", server.url),
      question("b", { name: "other", url: other.url, endpoints: [] }),
      question("c", server.url, "UPDATE"),
      question("d", server.url),
    ];
    const verdicts = await evaluator.evaluate(pod(), questions, signal);
    expect(verdicts.map(({ policy, operation }) => [policy.uniqueName, operation])).toEqual([
      ["a", "CREATE"],
      ["b", "CREATE"],
      ["c", "UPDATE"],
      ["d", "CREATE"],
    ]);
    expect(verdicts.map(({ message }) => message)).toEqual([
      "/audit/a true",
      "",
      "/audit/c true",
      "/audit/d true",
    ]);
    const operations = server.requests.map(({ path, body }) => [path, JSON.parse(body).request.operation]);
    expect(new Map(operations as [string, string][])).toEqual(
      new Map([
        ["/audit/a", "CREATE"],
        ["/audit/d", "CREATE"],
        ["/audit/c", "UPDATE"],
      ]),
    );
  });
});
