import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { claimPidFile, type ProcessTable } from "./pid-file.ts";

async function pidPath(content?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "policy-server-pid-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "server.pid");
  if (content !== undefined) await writeFile(path, content);
  return path;
}

/** Process 7 is the only one besides us. */
function processes(startTimeMs: number | undefined): ProcessTable {
  return { isAlive: (pid) => pid === 7, startTimeMs: async () => startTimeMs };
}

describe("claimPidFile", () => {
  it("policy-server 47: writes the pid, and removes the file in the end", async () => {
    const path = await pidPath();
    const claim = await claimPidFile(path, 42);
    expect(await readFile(path, "utf8")).toBe("42\n");
    expect(await readdir(join(path, ".."))).toEqual(["server.pid"]);
    await claim[Symbol.asyncDispose]();
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("leaves a file that is somebody else's by then", async () => {
    const path = await pidPath();
    const claim = await claimPidFile(path, 42);
    await writeFile(path, "7\n");
    await claim[Symbol.asyncDispose]();
    expect(await readFile(path, "utf8")).toBe("7\n");
  });

  it.each([
    ["its process is gone", "8\n", undefined],
    ["it holds no number", "x\n", undefined],
    ["it is empty", "", undefined],
    ["its number was given to a later process", "7\n", Date.now() + 3_600_000],
  ])("takes a file over when %s", async (_row, content, startTimeMs) => {
    const path = await pidPath(content);
    await using _claim = await claimPidFile(path, 42, processes(startTimeMs));
    expect(await readFile(path, "utf8")).toBe("42\n");
  });

  it.each([
    ["is older than the file", 0],
    ["is of unknown age", undefined],
  ])("policy-server 47: refuses a file whose process lives and %s", async (_row, startTimeMs) => {
    const path = await pidPath("7\n");
    const failed = claimPidFile(path, 42, processes(startTimeMs));
    await expect(failed).rejects.toMatchObject({
      code: "SERVER_DAEMON_FAILED",
      message: `Cannot daemonize: ${path} is held by the running process 7`,
    });
    expect(await readdir(join(path, ".."))).toEqual(["server.pid"]);
  });

  it.skipIf(process.platform !== "linux")("knows of real processes when they started", async () => {
    const path = await pidPath(`${process.pid}\n`);
    await expect(claimPidFile(path, 42)).rejects.toThrow("is held by the running process");
    // by this time the process was not there yet
    await utimes(path, new Date(0), new Date(0));
    await using _claim = await claimPidFile(path, 42);
    expect(await readFile(path, "utf8")).toBe("42\n");
  });

  it("says why a file cannot be written", async () => {
    const path = join(await pidPath(), "none", "x.pid");
    await expect(claimPidFile(path, 42)).rejects.toThrow(
      `Cannot daemonize: ${path}: No such file or directory (os error 2)`,
    );
  });

  it("lets one of two have a file that was left behind", async () => {
    const table = { isAlive: (pid: number) => pid !== 8, startTimeMs: async () => 0 };
    for (let round = 0; round < 20; round++) {
      const path = await pidPath("8\n");
      const claims = await Promise.allSettled([42, 43].map((pid) => claimPidFile(path, pid, table)));
      expect(claims.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const winner = claims[0]?.status === "fulfilled" ? 42 : 43;
      expect(await readFile(path, "utf8")).toBe(`${winner}\n`);
      expect(await readdir(join(path, ".."))).toEqual(["server.pid"]);
    }
  });
});
