import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wapcGuests } from "../../../tests/guests/text/wapc.ts";
import { spansOf, startGrpcCollector } from "../../../tests/support/otlp-collector.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { endOf, portsOf, spawnProgram } from "./testing/spawned-program.ts";
import { post } from "./testing/started-program.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-main-"));
  await writeFile(join(folder, "policies.yml"), "{}\n");
});
afterAll(() => rm(folder, { recursive: true }));

const start = (...argv: string[]) => spawnProgram(folder, argv);

describe("the process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "policy-server 42, 44: starts with an empty policies file, and ends with 0 when asked to by %s",
    async (signal) => {
      const server = start();
      const ended = endOf(server);
      const [port = 0, readinessPort = 0] = await portsOf(server);
      expect((await fetch(`http://127.0.0.1:${readinessPort}/readiness`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${port}/validate/psp`)).status).toBe(405);
      server.kill(signal);
      expect(await ended).toEqual({ code: 0, stderr: "" });
    },
  );

  it("answers although nobody reads its log any more", async () => {
    const server = start();
    const ended = endOf(server);
    const [port] = await portsOf(server);
    server.stdout?.destroy();
    server.stderr?.destroy();
    // each of them is a line of the log
    for (let request = 0; request < 3; request++) {
      expect((await fetch(`http://127.0.0.1:${port}/validate/psp`)).status).toBe(405);
    }
    server.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  it("policy-server 42: ends at once when asked a second time", async () => {
    const server = start();
    const ended = endOf(server);
    const [port = 0, readinessPort = 0] = await portsOf(server);
    const slow = connect(port, "127.0.0.1").on("error", () => {});
    // asks for more, so the server has begun to read the request
    slow.write("POST /validate/psp HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n");
    slow.write("expect: 100-continue\r\ncontent-length: 9\r\n\r\n");
    await once(slow, "data");
    server.kill("SIGTERM");
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${readinessPort}/readiness`)).status)
      .toBe(503);
    server.kill("SIGTERM");
    expect(await ended).toEqual({ code: 143, stderr: "" });
  });

  it.each([
    ["sends what it has measured", true],
    ["does not wait for a collector that is away", false],
  ])("policy-server 42: at its end it %s", async (_row, isThere) => {
    const collector = await startGrpcCollector();
    if (!isThere) await collector[Symbol.asyncDispose]();
    const env = { KUBEWARDEN_LOG_FMT: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const server = spawnProgram(folder, [], { env });
    const ended = endOf(server);
    const [port = 0] = await portsOf(server);
    expect((await fetch(`http://127.0.0.1:${port}/validate/psp`)).status).toBe(405);
    server.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
    expect(spansOf(collector.received).map(({ name }) => name)).toEqual(isThere ? ["request"] : []);
    await collector[Symbol.asyncDispose]();
  });

  it("policy-server 23: ends with 1 and says why when it cannot start", async () => {
    await writeFile(join(folder, "missing.yml"), "p: { module: file:///nonexistent/p.wasm }\n");
    expect(await endOf(start("--policies=missing.yml"))).toEqual({
      code: 1,
      stderr:
        "Error: Error while downloading policy 'p' from file:///nonexistent/p.wasm: No such file or directory (os error 2)\n",
    });
  });

  it.each([["--port"], ["--readiness-probe-port"]])("ends with 1 when %s is in use", async (flag) => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const argv = ["--addr=127.0.0.1", "--ignore-kubernetes-connection-failure"];
    const other = flag === "--port" ? "--readiness-probe-port=0" : "--port=0";
    const server = spawnProgram(folder, [...argv, `${flag}=${port}`, other], { plain: true });
    const stderr = `Error: 127.0.0.1:${port}: Address already in use (os error 98)\n`;
    expect(await endOf(server)).toEqual({ code: 1, stderr });
    holder.close();
  });

  it("policy-server 42: ends with 0 when asked while it starts", async () => {
    const held: Socket[] = [];
    const connected = Promise.withResolvers<void>();
    const silent = createServer((socket) => {
      held.push(socket);
      connected.resolve();
    }).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const policies = `p: { module: "https://127.0.0.1:${port}/p.wasm" }\n`;
    await writeFile(join(folder, "silent.yml"), policies);
    const server = start("--policies=silent.yml");
    const ended = endOf(server);
    await connected.promise;
    server.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
    for (const socket of held) socket.destroy();
    silent.close();
  });

  it("policy-server 42: ends with 0 when asked while a policy takes its time to start", async () => {
    const module = join(folder, "endless.wasm");
    await writeFile(module, asPolicy(assemble(wapcGuests["loop-in-settings"])));
    await writeFile(join(folder, "endless.yml"), `p: { module: "file://${module}" }\n`);
    const server = start("--policies=endless.yml", "--disable-timeout-protection");
    const ended = endOf(server);
    let log = "";
    for await (const chunk of server.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
      log += String(chunk);
      if (log.includes("policy download name=")) break;
    }
    server.stdout?.resume();
    server.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
  });

  it("reads the policies again when it was asked to while it started", async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const modules = createHttpServer((_request, response) => asked.resolve(response)).listen(0, "127.0.0.1");
    await once(modules, "listening");
    const host = `127.0.0.1:${(modules.address() as AddressInfo).port}`;
    const policies = join(folder, "changing.yml");
    await writeFile(policies, `p: { module: "http://${host}/p.wasm" }\n`);
    await writeFile(join(folder, "sources.yml"), JSON.stringify({ insecure_sources: [host] }));
    const server = start(`--policies=${policies}`, "--sources-path=sources.yml");
    const ended = endOf(server);
    const response = await asked.promise;
    await writeFile(policies, "{}\n");
    server.kill("SIGHUP");
    response.end(asPolicy(assemble(wapcGuests.accept)));
    const [port = 0] = await portsOf(server);
    await expect.poll(async () => (await post({ port }, "/validate/p")).status).toBe(404);
    server.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
    modules.close();
  });
});
