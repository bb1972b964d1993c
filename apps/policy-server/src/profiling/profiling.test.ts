import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../../../../tests/support/requirements.ts";
import { decodePprof } from "../testing/decode-pprof.ts";
import { endOf, portsOf, spawnProgram } from "../testing/spawned-program.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-profiling-"));
  await writeFile(join(folder, "policies.yml"), "{}\n");
});
afterAll(() => rm(folder, { recursive: true }));

/** The program with two workers, and how to ask it. */
async function profiled(...argv: string[]) {
  const server = spawnProgram(folder, ["--workers=2", ...argv]);
  const ended = endOf(server);
  const [port] = await portsOf(server);
  return {
    get: (path: string) => fetch(`http://127.0.0.1:${port}/debug/pprof/${path}`),
    stop() {
      server.kill("SIGTERM");
      return ended;
    },
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGTERM");
      await ended;
    },
  };
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

describe("profiling", () => {
  it("policy-server 46: has no routes without the flag", async () => {
    await using server = await profiled();
    expect((await server.get("cpu")).status).toBe(404);
    expect((await server.get("heap")).status).toBe(404);
  });

  it("policy-server 46: answers with profiles of all threads; a second CPU profile is refused", async () => {
    await using server = await profiled("--enable-pprof");
    const heap = decodePprof(await bytesOf(await server.get("heap")));
    expect(heap.valueTypes).toEqual(["inuse_space/bytes"]);
    expect(new Set(heap.samples.map(({ thread }) => thread)).size).toBeGreaterThan(1);

    const first = server.get("cpu?frequency=1000&interval=1");
    const second = await Promise.race([server.get("cpu?interval=1"), server.get("cpu?interval=1")]);
    expect(second.status).toBe(500);
    const cpu = decodePprof(await bytesOf(await first));
    expect(cpu).toMatchObject({
      valueTypes: ["samples/count", "cpu/nanoseconds"],
      period: "cpu/nanoseconds 1000000",
    });
    expect(cpu.durationNanos).toBeGreaterThanOrEqual(1_000_000_000n);
    for (const { values } of cpu.samples) expect(values[1]).toBe((values[0] ?? 0) * 1_000_000);
    const again = await server.get("cpu?interval=1");
    expect(again.status).toBe(200);
  });

  it("ends a CPU profile early when the server is asked to stop", async () => {
    const server = await profiled("--enable-pprof");
    const long = server.get("cpu?interval=300");
    await expect.poll(async () => (await server.get("cpu?interval=300")).status).toBe(500);
    const ended = server.stop();
    const { durationNanos = 0n } = decodePprof(await bytesOf(await long));
    expect(durationNanos).toBeLessThan(200_000_000_000n);
    expect(await ended).toEqual({ code: 0, stderr: "" });
  });
});

const go = requires("go");

describe.skipIf(go.skip)("go tool pprof", () => {
  // Go builds the tool when it is used for the first time
  beforeAll(() => promisify(execFile)("go", ["tool", "pprof", "-help"]).catch(() => {}));

  it.each([
    ["heap", "Type: inuse_space"],
    ["cpu?frequency=500&interval=1", "Type: cpu"],
  ])("policy-server 46: reads %s", async (path, type) => {
    await using server = await profiled("--enable-pprof");
    const file = join(folder, `${path.slice(0, 3)}.pb.gz`);
    await writeFile(file, await bytesOf(await server.get(path)));
    const { stdout } = await promisify(execFile)("go", ["tool", "pprof", "-top", file]);
    expect(stdout).toContain(type);
    expect(stdout).toMatch(/flat%/);
  });
});
