import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { freePort, startServer, withFreshPorts } from "./server-process.ts";

const node = process.execPath;
const reachable = (port: number) =>
  fetch(`http://127.0.0.1:${port}`).then(
    () => true,
    () => false,
  );

function serverProgram(port: number) {
  const script = `require("node:http").createServer((_, r) => r.end()).listen(${port}, "127.0.0.1")`;
  return { command: node, args: ["-e", script], ready: () => reachable(port) };
}

it("runs a server until it is disposed of", async () => {
  const port = await freePort();
  {
    await using server = await startServer(serverProgram(port));
    expect([server.running, await reachable(port)]).toEqual([true, true]);
  }
  expect(await reachable(port)).toBe(false);
});

it("ends the server, and removes its folder, when the process that owns it is killed", async () => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "server-process-"));
  const script = `
    import { ServerProcess } from ${JSON.stringify(join(import.meta.dirname, "server-process.ts"))};
    new ServerProcess(${JSON.stringify({ ...serverProgram(port), folder })});`;
  const owner = spawn(node, ["--input-type=module-typescript", "--eval", script], { stdio: "inherit" });
  await vi.waitFor(async () => expect(await reachable(port)).toBe(true), 10_000);
  owner.kill("SIGKILL");
  await once(owner, "close");
  await vi.waitFor(async () => {
    expect([await reachable(port), existsSync(folder)]).toEqual([false, false]);
  }, 10_000);
});

it.each([
  ["what it wrote, when it ends early", node, ["-e", "console.error('no disk'); process.exit(1)"], "no disk"],
  ["that it is missing", "/no/such/program", [], "ENOENT"],
])("fails with %s", async (_row, command, args, text) => {
  const started = startServer({ command, args, ready: () => Promise.resolve(false) });
  await expect(started).rejects.toThrow(text);
});

it.each([
  ["again for a port that was taken", "bind: address already in use", 3],
  ["once for any other error", "no disk", 1],
])("tries %s", async (_row, message, attempts) => {
  const start = vi.fn(() => Promise.reject(new Error(message)));
  await expect(withFreshPorts(start)).rejects.toThrow(message);
  expect(start).toHaveBeenCalledTimes(attempts);
});
