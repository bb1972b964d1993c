import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { endOf, portsIn, spawnProgram } from "../testing/spawned-program.ts";

/** A folder that is the working folder of servers in the background; whatever runs there in the end is stopped. */
async function workingFolder(): Promise<{
  folder: string;
  pid: () => Promise<number>;
  read: (name: string) => Promise<string>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "policy-server-daemon-"));
  await writeFile(join(folder, "policies.yml"), "{}\n");
  const read = (name: string) => readFile(join(folder, name), "utf8");
  const pid = async () => Number(await read("policy-server.pid"));
  onTestFinished(async () => {
    const running = await pid().catch(() => undefined);
    if (running !== undefined) process.kill(running, "SIGKILL");
    await rm(folder, { recursive: true });
  });
  return { folder, pid, read };
}

const output = ["--daemon-stdout-file=out.log", "--daemon-stderr-file=err.log"];

describe("--daemon", () => {
  it("policy-server 47: returns 0 once the server in the background is ready; a second one is refused", async () => {
    const { folder, pid, read } = await workingFolder();
    // relative paths mean the same in the background
    const argv = ["--daemon", "--policies=policies.yml", ...output];
    const starter = spawnProgram(folder, argv);
    let stdout = "";
    starter.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    expect(await endOf(starter)).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/policy_server: Running instance as a daemon\n$/);
    const server = await pid();
    expect(server).not.toBe(starter.pid);
    const log = await read("out.log");
    expect(log).toContain("Detached from shell, now running in background.");
    const [, readinessPort] = portsIn(log);
    expect((await fetch(`http://127.0.0.1:${readinessPort}/readiness`)).status).toBe(200);
    expect(await read("err.log")).toMatch(/^Cannot connect to Kubernetes cluster/);
    expect((await stat(join(folder, "policy-server.pid"))).mode & 0o777).toBe(0o640);

    const stderr = `Error: Cannot daemonize: policy-server.pid is held by the running process ${server}\n`;
    expect(await endOf(spawnProgram(folder, argv))).toEqual({ code: 1, stderr });
    // the output of the first is untouched
    expect(await read("out.log")).toContain("Detached from shell");

    process.kill(server, "SIGTERM");
    await expect.poll(() => pid().catch(() => "gone"), { timeout: 10_000 }).toBe("gone");
    expect(await read("out.log")).toContain("shutting down");
  });

  it.each([
    [
      "a policies file that is wrong, before anything is written",
      ["--policies=none.yml"],
      'Error: error while loading policies from "none.yml": No such file or directory (os error 2)\n',
      false,
    ],
    [
      "an output file that cannot be made",
      ["--daemon-stdout-file=none/out.log"],
      "Error: Cannot create file for daemon stdout: No such file or directory (os error 2)\n",
      false,
    ],
    [
      "what goes wrong in the background",
      ["--policies=missing.yml", ...output],
      "Error: Error while downloading policy 'p' from file:///nonexistent/p.wasm: No such file or directory (os error 2)\n",
      true,
    ],
  ])("policy-server 47: returns 1 and tells %s", async (_row, argv, stderr, isStarted) => {
    const { folder, read } = await workingFolder();
    await writeFile(join(folder, "missing.yml"), "p: { module: file:///nonexistent/p.wasm }\n");
    expect(await endOf(spawnProgram(folder, ["--daemon", ...argv]))).toEqual({ code: 1, stderr });
    await expect(read("policy-server.pid")).rejects.toMatchObject({ code: "ENOENT" });
    if (isStarted) expect(await read("err.log")).toContain(stderr);
    else await expect(read("out.log")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
