import { once } from "node:events";
import { connect } from "node:net";
import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import type { Evaluation } from "@kubewarden-ts/policy-evaluation";
import { describe, expect, it } from "vitest";
import { accepted, type FakeCall, fakeEvaluator } from "../testing/fake-evaluator.ts";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "./listener.ts";
import { type PolicyEvaluator, policyRoutes } from "./policy-routes.ts";
import { readinessRoutes } from "./readiness-routes.ts";

const json = { "content-type": "application/json" };

function start(evaluator: PolicyEvaluator, changes: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  return startHttpServer({
    host: "127.0.0.1",
    port: 0,
    routes: policyRoutes({ evaluator, log: silentLogger }),
    maxBodyBytes: 1024,
    log: silentLogger,
    ...changes,
  });
}

function post(server: HttpServer, body: string, path = "/validate/psp"): Promise<Response> {
  const options = { method: "POST", headers: json, body };
  return fetch(`http://127.0.0.1:${server.port}${path}`, options);
}

/** A promise to be settled from outside. */
function gate<T>() {
  return Promise.withResolvers<T>();
}

describe("startHttpServer", () => {
  it("hands the bytes of the body to the evaluator and answers with its response", async () => {
    const evaluator = fakeEvaluator();
    await using server = await start(evaluator, { clock: () => 0 });
    const response = await post(server, '{"request": 1 }', "/audit/p%20q?timeout=3s");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({ kind: "AdmissionReview", response: { uid: "u1" } });
    expect(evaluator.calls).toMatchObject([
      { origin: "audit", policyId: "p q", body: '{"request": 1 }', options: { timeoutMs: 2850 } },
    ]);
  });

  it("counts the time that the body took against the caller's patience", async () => {
    const evaluator = fakeEvaluator();
    let now = 0;
    const clock = () => {
      now += 100;
      return now;
    };
    await using server = await start(evaluator, { clock });
    await post(server, "{}", "/validate/p?timeout=3s");
    const [call] = evaluator.calls;
    expect(call?.options?.timeoutMs).toBeLessThan(2850);
    expect(call?.options?.timeoutMs).toBeGreaterThan(2000);
  });

  it.each([
    ["exactly the limit", "a".repeat(1024), 200],
    ["one byte more", "a".repeat(1025), 413],
    ["far more", "a".repeat(3 * 1024 * 1024), 413],
  ])("policy-server 13: a body of %s", async (_row, body, status) => {
    await using server = await start(fakeEvaluator());
    const response = await post(server, body);
    expect(response.status).toBe(status);
    await response.text();
  });

  it("policy-server 13: counts a chunked body while it streams, and the connection stays usable", async () => {
    await using server = await start(fakeEvaluator());
    const socket = connect(server.port, "127.0.0.1");
    const chunk = `400\r\n${"a".repeat(1024)}\r\n`;
    const head = "POST /validate/psp HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n${chunk}${chunk}`);
    expect(await answerOn(socket)).toMatch(
      /^HTTP\/1.1 413 .*{"message":"Failed to buffer the request body: length limit exceeded","status":413}$/s,
    );
    socket.write(`${chunk}0\r\n\r\n${head}content-length: 2\r\n\r\n{}`);
    expect(await answerOn(socket)).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
  });

  it("keeps idle connections for longer than the API server does", async () => {
    await using server = await start(fakeEvaluator());
    const response = await post(server, "{}");
    expect(response.headers.get("keep-alive")).toBe("timeout=130");
  });

  it("survives a client that leaves in the middle of its body", async () => {
    const evaluator = fakeEvaluator();
    await using server = await start(evaluator);
    const socket = connect(server.port, "127.0.0.1");
    socket.end(
      "POST /validate/psp HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
    );
    socket.resume();
    await once(socket, "close");
    expect((await post(server, "{}")).status).toBe(200);
    expect(evaluator.calls).toHaveLength(1);
  });

  it("policy-server 35: answers HEAD /readiness with 200 and no body", async () => {
    await using server = await start(fakeEvaluator(), { routes: readinessRoutes({ isReady: () => true }) });
    const response = await fetch(`http://127.0.0.1:${server.port}/readiness`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it.each([
    ["GET", "/livez", 200],
    ["HEAD", "/livez", 200],
    ["GET", "/readiness", 503],
    ["HEAD", "/readiness", 503],
    ["POST", "/readiness", 405],
    ["GET", "/readiness/", 404],
    ["GET", "/policies", 404],
    ["GET", "/", 404],
  ])("policy-server 35: %s %s while not ready: %i, without a body", async (method, path, status) => {
    await using server = await start(fakeEvaluator(), { routes: readinessRoutes({ isReady: () => false }) });
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    expect([response.status, await response.text()]).toEqual([status, ""]);
  });

  it("policy-server 36: answers what it decides alone while evaluations wait", async () => {
    const pending = gate<Evaluation>();
    await using server = await start(fakeEvaluator(() => pending.promise));
    const waiting = post(server, "{}");
    const quick = await fetch(`http://127.0.0.1:${server.port}/validate/psp`);
    expect(quick.status).toBe(405);
    pending.resolve(accepted());
    expect((await waiting).status).toBe(200);
  });

  it("fails when the port is taken", async () => {
    await using server = await start(fakeEvaluator());
    await expect(start(fakeEvaluator(), { port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("logs each request, with its status, inside a span", async () => {
    const lines: LogLine[] = [];
    const log = createLogger({ level: "info", target: "test", write: (line) => lines.push(line) });
    const clock = [10, 13.2][Symbol.iterator]();
    await using server = await start(
      fakeEvaluator(() => ({ kind: "failed", error: new Error("x") })),
      { log, clock: () => clock.next().value ?? 13.2 },
    );
    await (await post(server, "{}")).text();
    const span = {
      name: "request",
      fields: { method: "POST", uri: "/validate/psp", version: "HTTP/1.1" },
    };
    expect(lines).toEqual([
      expect.objectContaining({
        level: "info",
        message: "finished processing request",
        fields: { latency: "3 ms", status: 500 },
        spans: [span],
      }),
      expect.objectContaining({ level: "error", message: "response failed", spans: [span] }),
    ]);
  });
});

describe("limits of connections", () => {
  const impatient = { headersTimeoutMs: 40, requestTimeoutMs: 80, checkIntervalMs: 10 };
  const head = "POST /validate/psp HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

  it.each([
    ["says nothing", "", "HTTP/1.1 408 "],
    ["sends half a header", head, "HTTP/1.1 408 "],
    ["sends half a body", `${head}content-length: 9\r\n\r\n{`, "HTTP/1.1 408 "],
    ["floods with headers", `${head}x: ${"a".repeat(20_000)}\r\n`, "HTTP/1.1 431 "],
    ["does not speak HTTP", "\x16\x03\x01\r\n\r\n", "HTTP/1.1 400 "],
  ])("ends the connection of a client that %s, and serves others", async (_row, text, status) => {
    await using server = await start(fakeEvaluator(), { limits: impatient });
    const socket = connect(server.port, "127.0.0.1").on("error", () => {});
    if (text !== "") socket.write(text);
    const [answer] = (await Promise.all([once(socket, "data"), once(socket, "close")]))[0] as [Buffer];
    expect(answer.toString().startsWith(status)).toBe(true);
    expect((await post(server, "{}")).status).toBe(200);
  });

  it("does not count the time of an evaluation", async () => {
    const pending = gate<Evaluation>();
    const called = gate<void>();
    const evaluator = fakeEvaluator(({ policyId }) => {
      if (policyId !== "slow") return accepted();
      called.resolve();
      return pending.promise;
    });
    await using server = await start(evaluator, { limits: impatient });
    const slow = post(server, "{}", "/validate/slow");
    await called.promise;
    // by the time a silent connection that came later is ended, the request had its time too
    const silent = connect(server.port, "127.0.0.1").on("error", () => {});
    silent.resume();
    await once(silent, "close");
    pending.resolve(accepted());
    expect((await slow).status).toBe(200);
  });

  it("closes connections over the limit, and takes new ones when others are gone", async () => {
    const lines: LogLine[] = [];
    const log = createLogger({ level: "warn", target: "test", write: (line) => lines.push(line) });
    await using server = await start(fakeEvaluator(), { limits: { maxConnections: 2 }, log });
    const held = [connect(server.port, "127.0.0.1"), connect(server.port, "127.0.0.1")];
    for (const socket of held) await once(socket, "connect");
    const refused = connect(server.port, "127.0.0.1").on("error", () => {});
    await once(refused, "close");
    expect(lines.map(({ message, fields }) => ({ message, ...fields }))).toEqual([
      { message: "too many connections", limit: 2 },
    ]);
    for (const socket of held) socket.destroy();
    await expect
      .poll(() =>
        post(server, "{}")
          .then(({ status }) => status)
          .catch(() => 0),
      )
      .toBe(200);
  });
});

describe("drain", () => {
  it("policy-server 42: finishes running requests, refuses new connections, tells clients to reconnect", async () => {
    const called = gate<FakeCall>();
    const pending = gate<Evaluation>();
    await using server = await start(
      fakeEvaluator((call) => {
        called.resolve(call);
        return pending.promise;
      }),
    );
    const running = post(server, "{}");
    await called.promise;
    const drained = server.drain(10_000);
    await expect(post(server, "{}")).rejects.toThrow("fetch failed");
    pending.resolve(accepted());
    const response = await running;
    expect([response.status, response.headers.get("connection")]).toEqual([200, "close"]);
    expect(await drained).toBe(true);
  });

  it("policy-server 42: closes connections that wait for a next request", async () => {
    await using server = await start(fakeEvaluator());
    const idle = connect(server.port, "127.0.0.1");
    idle.write("GET /validate/psp HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(await answerOn(idle)).toMatch(/^HTTP\/1.1 405 /);
    const closed = once(idle, "close");
    expect(await server.drain(10_000)).toBe(true);
    await closed;
  });

  it("cuts what does not finish in time", async () => {
    const called = gate<void>();
    await using server = await start(
      fakeEvaluator(() => {
        called.resolve();
        return new Promise<Evaluation>(() => {});
      }),
    );
    const running = expect(post(server, "{}")).rejects.toThrow();
    await called.promise;
    expect(await server.drain(1)).toBe(false);
    await running;
  });
});

/** Reads until a complete answer with a content length has come in. */
async function answerOn(socket: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  while (!complete(text)) {
    const [chunk] = await once(socket, "data");
    text += String(chunk);
  }
  return text;
}

function complete(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return end >= 0 && text.length >= end + 4 + Number(length);
}
