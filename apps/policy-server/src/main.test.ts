import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "main.ts");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-main-"));
  await writeFile(join(folder, "policies.yml"), "{}\n");
});
afterAll(() => rm(folder, { recursive: true }));

function start(...argv: string[]): ChildProcess {
  const addresses = ["--addr=127.0.0.1", "--port=0", "--readiness-probe-port=0"];
  const withoutCluster = "--ignore-kubernetes-connection-failure";
  return spawn(process.execPath, [main, ...addresses, withoutCluster, ...argv], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The ports of the listeners, once both are bound. */
async function portsOf(server: ChildProcess): Promise<number[]> {
  const ports: number[] = [];
  if (server.stdout === null) return ports;
  for await (const line of createInterface(server.stdout)) {
    const port = / port=(\d+)/.exec(line)?.[1];
    if (port !== undefined) ports.push(Number(port));
    if (ports.length === 2) break;
  }
  server.stdout.resume();
  return ports;
}

const noCluster = /^Cannot connect to Kubernetes cluster: .+\nCannot connect to Kubernetes, .+\n/;

async function endOf(server: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = "";
  server.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(server, "close");
  // that there is no cluster is said at every start here
  return { code, stderr: stderr.replace(noCluster, "") };
}

describe("the process", () => {
  it("policy-server 42, 44: starts with an empty policies file, and ends with 0 when asked to", async () => {
    const server = start();
    const ended = endOf(server);
    const [port = 0, readinessPort = 0] = await portsOf(server);
    expect((await fetch(`http://127.0.0.1:${readinessPort}/readiness`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/validate/psp`)).status).toBe(405);
    server.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
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

  it("policy-server 23: ends with 1 and says why when it cannot start", async () => {
    await writeFile(join(folder, "missing.yml"), "p: { module: file:///nonexistent/p.wasm }\n");
    expect(await endOf(start("--policies=missing.yml"))).toEqual({
      code: 1,
      stderr:
        "Error: Error while downloading policy 'p' from file:///nonexistent/p.wasm: No such file or directory (os error 2)\n",
    });
  });
});
