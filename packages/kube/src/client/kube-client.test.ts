import { setTimeout } from "node:timers/promises";
import { type Clock, createLogger, type LogLine, silentLogger, systemClock } from "@kubewarden-ts/base";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import {
  createFakeApiServer,
  type FakeAnswer,
  type FakeApiServer,
  staticAccess,
  statusAnswer,
} from "../testing/index.ts";
import { createKubeClient, type KubeClient, type KubeClientOptions } from "./kube-client.ts";

const path = "/api/v1/namespaces/web";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Sleeps at once and remembers for how long. */
function hurried(): Clock & { slept: number[] } {
  const slept: number[] = [];
  return { slept, now: systemClock.now, sleep: async (ms) => void slept.push(ms) };
}

let server: FakeApiServer;
beforeAll(async () => {
  server = await createFakeApiServer();
  server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } });
});
afterAll(() => server[Symbol.asyncDispose]());

let client: KubeClient;
let clock: ReturnType<typeof hurried>;
const clientWith = (
  options: Partial<KubeClientOptions> = {},
  access = staticAccess(server.url, { token: "t" }),
) => createKubeClient(access, { log: silentLogger, userAgent: "test/1", clock, ...options });
beforeEach(() => {
  clock = hurried();
  client = clientWith();
});
afterEach(() => client[Symbol.asyncDispose]());

async function errorOf(work: Promise<unknown>): Promise<KubeError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error as KubeError;
}

describe("createKubeClient", () => {
  it("gives status and bytes", async () => {
    const { status, body } = await client.get(path);
    expect(status).toBe(200);
    expect(JSON.parse(text(body))).toMatchObject({ metadata: { name: "web" } });
    expect(server.requests.at(-1)).toMatchObject({
      method: "GET",
      path,
      headers: { "user-agent": "test/1", authorization: "Bearer t", accept: "application/json" },
    });
  });

  it.each([
    ["object", "PartialObjectMetadata"],
    ["list", "PartialObjectMetadataList"],
  ] as const)(
    "asks for metadata only where that is enough (%s), for all where it cannot be had",
    async (metadataOnly, kind) => {
      await client.get(path, { metadataOnly });
      const accept = server.requests.at(-1)?.headers.accept?.split(",");
      expect(accept).toEqual([`application/json;as=${kind};g=meta.k8s.io;v=v1`, "application/json"]);
    },
  );

  it("sends query and body", async () => {
    server.answer({ method: "PATCH" }, { status: 200, body: { ok: true } });
    await client.request("/apis/x/v1/y", {
      method: "PATCH",
      query: { fieldManager: "a&b", force: true, dryRun: undefined },
      body: Buffer.from("{}"),
      contentType: "application/apply-patch+yaml",
    });
    const { query, body, headers } = server.requests.at(-1) ?? {};
    expect(Object.fromEntries(query ?? [])).toEqual({ fieldManager: "a&b", force: "true" });
    expect([body, headers?.["content-type"]]).toEqual(["{}", "application/apply-patch+yaml"]);
  });

  it("keeps the path of a server behind another one", async () => {
    await using proxied = clientWith({}, staticAccess(`${server.url}/k8s/clusters/c-1`));
    server.answer({ path: `/k8s/clusters/c-1${path}` }, { status: 200, body: "{}" });
    expect(text((await proxied.get(path)).body)).toBe("{}");
  });

  const named = { name: "web", kind: "namespaces" };
  it.each<[string, FakeAnswer, Partial<KubeError>]>([
    [
      "401",
      statusAnswer(401, "Unauthorized", "Unauthorized"),
      { code: "KUBE_UNAUTHORIZED", message: "Unauthorized" },
    ],
    [
      "403",
      statusAnswer(403, "Forbidden", "no, you"),
      { code: "KUBE_FORBIDDEN", message: "no, you", reason: "Forbidden", status: 403 },
    ],
    [
      "404 of an object",
      statusAnswer(404, "NotFound", "not there", named),
      { code: "KUBE_NOT_FOUND", message: "not there" },
    ],
    [
      "404 of a path",
      statusAnswer(404, "NotFound", "the server could not find it"),
      { code: "KUBE_RESOURCE_UNKNOWN" },
    ],
    [
      "404 in plain text",
      { status: 404, body: "404 page not found\n" },
      {
        code: "KUBE_RESOURCE_UNKNOWN",
        message: "the API server answered with HTTP status 404: 404 page not found",
      },
    ],
    ["410", statusAnswer(410, "Expired", "too old"), { code: "KUBE_GONE", message: "too old" }],
    [
      "400",
      statusAnswer(400, "BadRequest", "unable to parse"),
      { code: "KUBE_REFUSED", message: "unable to parse" },
    ],
    [
      "500",
      statusAnswer(500, "InternalError", "etcd is away"),
      { code: "KUBE_UNAVAILABLE", message: "etcd is away" },
    ],
    [
      "a page of HTML",
      { status: 502, body: "<html>bad gateway</html>" },
      { code: "KUBE_UNAVAILABLE", message: "the API server answered with HTTP status 502" },
    ],
    [
      "a redirect",
      { status: 302, headers: { location: "https://elsewhere.test/" } },
      { code: "KUBE_ANSWER_INVALID", status: 302 },
    ],
    [
      "a Status of another shape",
      { status: 403, body: { kind: "Status", message: 5 } },
      { code: "KUBE_FORBIDDEN", message: "the API server answered with HTTP status 403" },
    ],
  ])("says what %s means", async (_row, answer, expected) => {
    const stop = server.answerAlways({ path }, answer);
    try {
      expect(await errorOf(client.get(path))).toMatchObject(expected);
    } finally {
      stop();
    }
  });

  it("reads credentials anew once on 401", async () => {
    const tokens = ["old", "new"];
    let forgotten = 0;
    const access = {
      ...staticAccess(server.url),
      credentials: async () => ({ headers: { authorization: `Bearer ${tokens[0]}` }, tls: {} }),
      forgetCredentials() {
        tokens.shift();
        forgotten++;
      },
    };
    await using renewing = clientWith({}, access);
    server.answer({ path }, statusAnswer(401, "Unauthorized", "Unauthorized"));
    await renewing.get(path);
    expect(server.requests.slice(-2).map(({ headers }) => headers.authorization)).toEqual([
      "Bearer old",
      "Bearer new",
    ]);
    const before = server.count({ path });
    server.answer({ path }, ...Array<FakeAnswer>(2).fill(statusAnswer(401, "Unauthorized", "Unauthorized")));
    expect(await errorOf(renewing.get(path))).toMatchObject({ code: "KUBE_UNAUTHORIZED" });
    expect([server.count({ path }) - before, forgotten]).toEqual([2, 2]);
  });
});

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
    server.answer({ path }, ...answers);
    expect((await client.get(path)).status).toBe(200);
    expect(clock.slept).toEqual(pauses);
  });

  it("gives up after five attempts, saying how long to wait", async () => {
    const before = server.count({ path });
    server.answer({ path }, ...Array<FakeAnswer>(5).fill(busy("1")));
    expect(await errorOf(client.get(path))).toMatchObject({ code: "KUBE_THROTTLED", retryAfterMs: 1000 });
    expect(server.count({ path }) - before).toBe(5);
  });

  it("does not wait when the time is too short", async () => {
    server.answer({ path }, busy("60"));
    expect(await errorOf(client.get(path, { timeoutMs: 5000 }))).toMatchObject({
      code: "KUBE_THROTTLED",
      retryAfterMs: 60_000,
    });
    expect(clock.slept).toEqual([]);
  });

  it.each<[FakeAnswer, string]>([
    [busy("1"), "KUBE_THROTTLED"],
    ["drop", "KUBE_UNAVAILABLE"],
  ])("does not repeat what may have been done: %j", async (answer, code) => {
    const before = server.count({ method: "POST" });
    server.answer({ method: "POST" }, answer);
    expect(
      await errorOf(client.request("/api/v1/x", { method: "POST", body: Buffer.from("{}") })),
    ).toMatchObject({ code });
    expect(server.count({ method: "POST" }) - before).toBe(1);
  });

  it("does not repeat for ever on broken connections", async () => {
    server.answer({ path }, "drop", "drop");
    expect(await errorOf(client.get(path))).toMatchObject({ code: "KUBE_UNAVAILABLE" });
  });
});

describe("limits", () => {
  it("stops at the time limit", async () => {
    server.answer({ path }, "hang");
    expect(await errorOf(client.get(path, { timeoutMs: 30 }))).toMatchObject({
      code: "KUBE_TIMED_OUT",
      message: "no answer of the API server within 30 ms",
    });
  });

  it("stops when the caller does", async () => {
    server.answer({ path }, "hang");
    const stop = new AbortController();
    const before = server.requests.length;
    const error = errorOf(client.get(path, { signal: stop.signal }));
    await server.until(() => server.requests.length > before);
    stop.abort(new Error("enough"));
    expect(await error).toMatchObject({ code: "KUBE_ABORTED", cause: new Error("enough") });
  });

  it("sends nothing for a caller who has stopped", async () => {
    const before = server.requests.length;
    expect(await errorOf(client.get(path, { signal: AbortSignal.abort() }))).toMatchObject({
      code: "KUBE_ABORTED",
    });
    expect(server.requests.length).toBe(before);
  });

  it.each([
    ["announced", {}],
    ["not announced", { "transfer-encoding": "chunked" }],
  ])("refuses a body that is too big, its length %s", async (_row, headers) => {
    server.answer({ path }, { status: 200, headers, body: "x".repeat(11) });
    expect(await errorOf(client.get(path, { maxBytes: 10 }))).toMatchObject({
      code: "KUBE_TOO_LARGE",
      message: "the API server's answer has more than 10 bytes",
    });
    server.answer({ path }, { status: 200, headers, body: "x".repeat(10) });
    expect((await client.get(path, { maxBytes: 10 })).body).toHaveLength(10);
  });

  it("has no more requests under way than allowed, and a stopped one gives its turn away", async () => {
    await using narrow = clientWith({ maxConcurrent: 2 });
    const before = server.requests.length;
    server.answer({ path: "/slow" }, "hang", "hang");
    const stop = new AbortController();
    const slow = [1, 2].map(() => errorOf(narrow.get("/slow", { signal: stop.signal })));
    const waiting = new AbortController();
    const stopped = errorOf(narrow.get(path, { signal: waiting.signal }));
    const next = narrow.get(path);
    await server.until(() => server.requests.length === before + 2);
    waiting.abort();
    expect(await stopped).toMatchObject({ code: "KUBE_ABORTED" });
    expect(server.requests.length).toBe(before + 2);
    stop.abort();
    await Promise.all(slow);
    expect((await next).status).toBe(200);
  });

  it("ends what is under way when it is closed", async () => {
    server.answer({ path }, "hang");
    const before = server.requests.length;
    const error = errorOf(client.get(path));
    await server.until(() => server.requests.length > before);
    await client[Symbol.asyncDispose]();
    expect(await error).toMatchObject({ code: "KUBE_CLOSED" });
    expect(await errorOf(client.get(path))).toMatchObject({ code: "KUBE_CLOSED" });
  });

  it("names the server that cannot be reached", async () => {
    const gone = await createFakeApiServer();
    await gone[Symbol.asyncDispose]();
    await using lost = clientWith({}, staticAccess(gone.url));
    const error = await errorOf(lost.get(path));
    expect(error.code).toBe("KUBE_UNAVAILABLE");
    expect(error.message).toMatch(`cannot reach the API server ${gone.url}: connect ECONNREFUSED`);
  });

  it("logs no token", async () => {
    const lines: LogLine[] = [];
    const log = createLogger({ level: "trace", target: "test", write: (line) => lines.push(line) });
    await using chatty = clientWith({ log }, staticAccess(server.url, { token: "secret-token" }));
    await chatty.get(path);
    expect(lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(lines)).not.toContain("secret-token");
  });
});

describe("stream", () => {
  const watched = "/api/v1/namespaces";
  const query = { watch: true, resourceVersion: "100000" };
  const { signal: never } = new AbortController();

  it("gives what comes, until the server ends it", async () => {
    const chunks = await client.stream(watched, { query, signal: never });
    const [watch] = server.watches;
    watch?.send("a\n");
    const seen: string[] = [];
    for await (const chunk of chunks) {
      seen.push(text(chunk));
      watch?.end();
    }
    expect(seen.join("")).toBe("a\n");
  });

  it("takes no place among the requests", async () => {
    await using narrow = clientWith({ maxConcurrent: 1 });
    const stop = new AbortController();
    await narrow.stream(watched, { query, signal: stop.signal });
    await narrow.stream(watched, { query, signal: stop.signal });
    expect((await narrow.get(path)).status).toBe(200);
    stop.abort();
  });

  it("lasts longer than the time for its opening", async () => {
    const chunks = await client.stream(watched, { query, signal: never, timeoutMs: 20 });
    await setTimeout(20); // timers of one length fire in the order in which they were set
    const [watch] = server.watches;
    watch?.send("late");
    watch?.end();
    expect(text((await Array.fromAsync(chunks))[0] ?? new Uint8Array())).toBe("late");
  });

  it.each([
    ["is lost", () => server.watches[0]?.drop(), "KUBE_UNAVAILABLE"],
    ["is stopped", (stop: AbortController) => stop.abort(), "KUBE_ABORTED"],
    ["belongs to a client that is closed", () => void client[Symbol.asyncDispose](), "KUBE_CLOSED"],
  ])("fails when it %s", async (_row, end, code) => {
    const stop = new AbortController();
    const chunks = await client.stream(watched, { query, signal: stop.signal });
    end(stop);
    expect(await errorOf(Array.fromAsync(chunks))).toMatchObject({ code });
  });

  it.each<[FakeAnswer, string]>([
    [statusAnswer(403, "Forbidden", "no"), "KUBE_FORBIDDEN"],
    ["hang", "KUBE_TIMED_OUT"],
    ["drop", "KUBE_UNAVAILABLE"],
  ])("fails to open with %j", async (answer, code) => {
    server.answer({ path: watched, watch: true }, answer);
    expect(await errorOf(client.stream(watched, { query, signal: never, timeoutMs: 50 }))).toMatchObject({
      code,
    });
  });

  it("ends on the server's side when the loop is left", async () => {
    const chunks = await client.stream(watched, { query, signal: never });
    server.watches[0]?.send("a");
    for await (const _chunk of chunks) break;
    await server.until(() => server.watches.length === 0);
  });
});
