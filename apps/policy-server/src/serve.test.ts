import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import type { Evaluation } from "@kubewarden-ts/policy-evaluation";
import { describe, expect, it } from "vitest";
import type { ServerConfig } from "./config.ts";
import type { PolicyEvaluator } from "./http/policy-routes.ts";
import { startServer } from "./serve.ts";
import { accepted, fakeEvaluator } from "./testing/fake-evaluator.ts";
import { testConfig } from "./testing/test-config.ts";

/** An evaluator that notes when it is taken down. */
function disposable(evaluator: PolicyEvaluator, events: string[] = []): PolicyEvaluator & AsyncDisposable {
  return { ...evaluator, [Symbol.asyncDispose]: async () => void events.push("evaluator closed") };
}

function start(evaluator: PolicyEvaluator, changes: Partial<ServerConfig> = {}) {
  const startEvaluator = async () => disposable(evaluator);
  return startServer(testConfig(changes), { log: silentLogger, startEvaluator });
}

function validate(port: number): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`http://127.0.0.1:${port}/validate/psp`, { method: "POST", headers, body: "{}" });
}

const readiness = (port: number) => fetch(`http://127.0.0.1:${port}/readiness`);

describe("startServer", () => {
  it("policy-server 35: is ready once it answers", async () => {
    await using server = await start(fakeEvaluator());
    const response = await readiness(server.readinessPort);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect((await validate(server.port)).status).toBe(200);
  });

  it("policy-server 35: has no listener before the policies are ready", async () => {
    const listeners = () =>
      process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;
    const before = listeners();
    let whileLoading = -1;
    const startEvaluator = async () => {
      whileLoading = listeners();
      return disposable(fakeEvaluator());
    };
    await using _server = await startServer(testConfig(), { log: silentLogger, startEvaluator });
    expect([whileLoading, listeners()]).toEqual([before, before + 2]);
  });

  it("policy-server 23: binds no listener when the policies cannot be loaded", async () => {
    await using other = await start(fakeEvaluator());
    const startEvaluator = () => Promise.reject(new Error("bad policy"));
    // had it come to binding, the ports would be the complaint
    const config = testConfig({ port: other.port, readinessPort: other.readinessPort });
    await expect(startServer(config, { log: silentLogger, startEvaluator })).rejects.toThrow("bad policy");
  });

  it.each(["port", "readinessPort"] as const)(
    "fails when the %s is taken, and lets go of the rest",
    async (key) => {
      await using other = await start(fakeEvaluator());
      const events: string[] = [];
      const startEvaluator = async () => disposable(fakeEvaluator(), events);
      const failed = startServer(testConfig({ [key]: other.port }), { log: silentLogger, startEvaluator });
      await expect(failed).rejects.toMatchObject({
        code: "SERVER_BIND_FAILED",
        message: `127.0.0.1:${other.port}: Address already in use (os error 98)`,
      });
      expect(events).toEqual(["evaluator closed"]);
    },
  );

  it.each([
    [true, "info", "policy timeout protection is enabled", { execution_limit_seconds: 2 }],
    [false, "warn", "policy timeout protection is disabled", {}],
  ])("logs whether evaluations are limited: %s", async (timeoutProtection, level, message, fields) => {
    const lines: LogLine[] = [];
    const log = createLogger({ level: "info", target: "test", write: (line) => lines.push(line) });
    const startEvaluator = async () => disposable(fakeEvaluator());
    await using server = await startServer(testConfig({ timeoutProtection }), { log, startEvaluator });
    expect(lines[0]).toMatchObject({ level, message, fields });
    expect(lines.at(-1)).toMatchObject({
      message: "started readiness server",
      fields: { port: server.readinessPort },
    });
  });
});

describe("shutDown", () => {
  it("policy-server 42: reports not ready while running evaluations finish, then closes everything", async () => {
    const called = Promise.withResolvers<void>();
    const pending = Promise.withResolvers<Evaluation>();
    const events: string[] = [];
    const evaluator = fakeEvaluator(() => {
      called.resolve();
      return pending.promise;
    });
    const startEvaluator = async () => disposable(evaluator, events);
    const server = await startServer(testConfig(), { log: silentLogger, startEvaluator });
    const running = validate(server.port);
    await called.promise;

    const stopped = server.shutDown();
    expect((await readiness(server.readinessPort)).status).toBe(503);
    expect(events).toEqual([]);
    pending.resolve(accepted());
    expect((await running).status).toBe(200);
    await stopped;
    expect(events).toEqual(["evaluator closed"]);
    await expect(readiness(server.readinessPort)).rejects.toThrow("fetch failed");
  });

  it("policy-server 42: waits no longer than it was told", async () => {
    const lines: LogLine[] = [];
    const log = createLogger({ level: "warn", target: "test", write: (line) => lines.push(line) });
    const called = Promise.withResolvers<void>();
    const evaluator = fakeEvaluator(() => {
      called.resolve();
      return new Promise<Evaluation>(() => {});
    });
    const server = await startServer(testConfig(), {
      log,
      startEvaluator: async () => disposable(evaluator),
    });
    const running = expect(validate(server.port)).rejects.toThrow();
    await called.promise;
    await server.shutDown(1);
    await running;
    expect(lines.map(({ message }) => message)).toEqual(["evaluations did not finish in time"]);
  });
});
