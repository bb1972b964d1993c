import { silentLogger } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import type { Profiler } from "../profiling/profiler.ts";
import { startHttpServer } from "./listener.ts";
import { profilingRoutes } from "./profiling-routes.ts";

const profile = Uint8Array.of(0x1f, 0x8b, 0xff, 0);

/** Answers of the routes, with the settings that a CPU profile was asked with. */
async function get(
  path: string,
  changes: Partial<Profiler> = {},
  stopping: AbortSignal = AbortSignal.abort(),
) {
  const asked: number[] = [];
  const profiler = {
    async cpu({ frequencyHz }: { frequencyHz: number }, wait: () => Promise<void>) {
      asked.push(frequencyHz);
      await wait();
      return profile;
    },
    heap: async () => profile,
    ...changes,
  };
  await using server = await startHttpServer({
    ...{ host: "127.0.0.1", port: 0, maxBodyBytes: 1, log: silentLogger },
    routes: profilingRoutes({ profiler, log: silentLogger, stopping }),
  });
  const response = await fetch(`http://127.0.0.1:${server.port}/debug/pprof/${path}`);
  return { asked, response, bytes: new Uint8Array(await response.arrayBuffer()) };
}

describe("profilingRoutes", () => {
  it.each([
    ["cpu", "cpu_profile", [99]],
    ["cpu?frequency=1000&interval=300&other=x", "cpu_profile", [1000]],
    ["cpu?frequency=7&interval=1", "cpu_profile", [7]],
    ["heap", "heap_profile", []],
    ["heap?frequency=x", "heap_profile", []],
  ])("policy-server 46: %s answers with a file", async (path, name, frequencies) => {
    const { asked, response, bytes } = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${name}"`);
    expect(bytes).toEqual(profile);
    expect(asked).toEqual(frequencies);
  });

  it.each([
    ["frequency=x", "frequency: invalid digit found in string"],
    ["frequency=", "frequency: invalid digit found in string"],
    ["frequency=-1", "frequency: invalid digit found in string"],
    ["frequency=0", "frequency: 0 is not in 1..=1000"],
    ["frequency=1001", "frequency: 1001 is not in 1..=1000"],
    ["interval=0", "interval: 0 is not in 1..=300"],
    ["interval=301", "interval: 301 is not in 1..=300"],
    ["frequency=9&interval=1.5", "interval: invalid digit found in string"],
  ])("policy-server 46: refuses %s", async (query, problem) => {
    const { asked, response, bytes } = await get(`cpu?${query}`);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      400,
      "text/plain; charset=utf-8",
    ]);
    expect(Buffer.from(bytes).toString()).toBe(`Failed to deserialize query string: ${problem}`);
    expect(asked).toEqual([]);
  });

  it.each<[string, string, Partial<Profiler>]>([
    ["a second CPU profile", "cpu", { cpu: async () => undefined }],
    ["a CPU profile that fails", "cpu", { cpu: () => Promise.reject(new Error("secret")) }],
    ["a heap profile that fails", "heap", { heap: () => Promise.reject(new Error("secret")) }],
  ])("policy-server 46: %s is a 500 that tells nothing", async (_row, path, changes) => {
    const { response, bytes } = await get(path, changes);
    expect(response.status).toBe(500);
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({
      message: "Something went wrong",
      status: 500,
    });
  });
});
