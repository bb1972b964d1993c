import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { createFakeApiServer, type FakeAnswer, staticAccess, statusAnswer } from "../testing/index.ts";
import { clientGround, errorOf } from "./testing/client-ground.ts";

const path = "/api/v1/namespaces/web";
const ground = clientGround();

describe("retries", () => {
  const busy = (seconds?: string): FakeAnswer => ({
    ...statusAnswer(429, "TooManyRequests", "too many requests"),
    ...(seconds !== undefined && { headers: { "retry-after": seconds } }),
  });
  const overloaded = statusAnswer(503, "ServiceUnavailable", "starting up", { retryAfterSeconds: 3 });

  it.each<[string, FakeAnswer[], number[]]>([
    ["429 with Retry-After", [busy("2")], [2000]],
    ["429 without", [busy(), busy()], [250, 500]],
    ["503 with retryAfterSeconds", [overloaded], [3000]],
    ["a broken connection", ["drop"], []],
    ["a body that was cut off", ["cut"], []],
  ])("repeats after %s", async (_row, answers, pauses) => {
    ground.server.answer({ path }, ...answers);
    expect((await ground.client.get(path)).status).toBe(200);
    expect(ground.clock.slept).toEqual(pauses);
  });

  it("gives up after five attempts, saying how long to wait", async () => {
    const before = ground.server.count({ path });
    ground.server.answer({ path }, ...Array<FakeAnswer>(5).fill(busy("1")));
    expect(await errorOf(ground.client.get(path))).toMatchObject({
      code: "KUBE_THROTTLED",
      retryAfterMs: 1000,
    });
    expect(ground.server.count({ path }) - before).toBe(5);
  });

  it("does not wait when the time is too short", async () => {
    ground.server.answer({ path }, busy("60"));
    expect(await errorOf(ground.client.get(path, { timeoutMs: 5000 }))).toMatchObject({
      code: "KUBE_THROTTLED",
      retryAfterMs: 60_000,
    });
    expect(ground.clock.slept).toEqual([]);
  });

  it.each<[FakeAnswer, string]>([
    [busy("1"), "KUBE_THROTTLED"],
    ["drop", "KUBE_UNAVAILABLE"],
  ])("does not repeat what may have been done: %j", async (answer, code) => {
    const before = ground.server.count({ method: "POST" });
    ground.server.answer({ method: "POST" }, answer);
    expect(
      await errorOf(ground.client.request("/api/v1/x", { method: "POST", body: Buffer.from("{}") })),
    ).toMatchObject({ code });
    expect(ground.server.count({ method: "POST" }) - before).toBe(1);
  });

  it("does not repeat for ever on broken connections", async () => {
    ground.server.answer({ path }, "drop", "drop");
    expect(await errorOf(ground.client.get(path))).toMatchObject({ code: "KUBE_UNAVAILABLE" });
  });
});

describe("limits", () => {
  it("stops at the time limit", async () => {
    ground.server.answer({ path }, "hang");
    expect(await errorOf(ground.client.get(path, { timeoutMs: 30 }))).toMatchObject({
      code: "KUBE_TIMED_OUT",
      message: "no answer of the API server within 30 ms",
    });
  });

  it("stops when the caller does", async () => {
    ground.server.answer({ path }, "hang");
    const stop = new AbortController();
    const before = ground.server.requests.length;
    const error = errorOf(ground.client.get(path, { signal: stop.signal }));
    await ground.server.until(() => ground.server.requests.length > before);
    stop.abort(new Error("enough"));
    expect(await error).toMatchObject({ code: "KUBE_ABORTED", cause: new Error("enough") });
  });

  it("sends nothing for a caller who has stopped", async () => {
    const before = ground.server.requests.length;
    expect(await errorOf(ground.client.get(path, { signal: AbortSignal.abort() }))).toMatchObject({
      code: "KUBE_ABORTED",
    });
    expect(ground.server.requests.length).toBe(before);
  });

  it.each([
    ["announced", {}],
    ["not announced", { "transfer-encoding": "chunked" }],
  ])("refuses a body that is too big, its length %s", async (_row, headers) => {
    ground.server.answer({ path }, { status: 200, headers, body: "x".repeat(11) });
    expect(await errorOf(ground.client.get(path, { maxBytes: 10 }))).toMatchObject({
      code: "KUBE_TOO_LARGE",
      message: "the API server's answer has more than 10 bytes",
    });
    ground.server.answer({ path }, { status: 200, headers, body: "x".repeat(10) });
    expect((await ground.client.get(path, { maxBytes: 10 })).body).toHaveLength(10);
  });

  it("has no more requests under way than allowed, and a stopped one gives its turn away", async () => {
    await using narrow = ground.clientWith({ maxConcurrent: 2 });
    const before = ground.server.requests.length;
    ground.server.answer({ path: "/slow" }, "hang", "hang");
    const stop = new AbortController();
    const slow = [1, 2].map(() => errorOf(narrow.get("/slow", { signal: stop.signal })));
    const waiting = new AbortController();
    const stopped = errorOf(narrow.get(path, { signal: waiting.signal }));
    const next = narrow.get(path);
    await ground.server.until(() => ground.server.requests.length === before + 2);
    waiting.abort();
    expect(await stopped).toMatchObject({ code: "KUBE_ABORTED" });
    expect(ground.server.requests.length).toBe(before + 2);
    stop.abort();
    await Promise.all(slow);
    expect((await next).status).toBe(200);
  });

  it("ends what is under way when it is closed", async () => {
    ground.server.answer({ path }, "hang");
    const before = ground.server.requests.length;
    const error = errorOf(ground.client.get(path));
    await ground.server.until(() => ground.server.requests.length > before);
    await ground.client[Symbol.asyncDispose]();
    expect(await error).toMatchObject({ code: "KUBE_CLOSED" });
    expect(await errorOf(ground.client.get(path))).toMatchObject({ code: "KUBE_CLOSED" });
  });

  it("names the server that cannot be reached", async () => {
    const gone = await createFakeApiServer();
    await gone[Symbol.asyncDispose]();
    await using lost = ground.clientWith({}, staticAccess(gone.url));
    const error = await errorOf(lost.get(path));
    expect(error.code).toBe("KUBE_UNAVAILABLE");
    expect(error.message).toMatch(`cannot reach the API server ${gone.url}: connect ECONNREFUSED`);
  });

  it("logs no token", async () => {
    const lines: LogLine[] = [];
    const log = createLogger({ level: "trace", target: "test", write: (line) => lines.push(line) });
    await using chatty = ground.clientWith(
      { log },
      staticAccess(ground.server.url, { token: "secret-token" }),
    );
    await chatty.get(path);
    expect(lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(lines)).not.toContain("secret-token");
  });
});
