import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodePprof } from "../testing/decode-pprof.ts";
import { encodePprof } from "./pprof.ts";
import { cpuPprof, heapPprof } from "./v8-profiles.ts";

const callFrame = (functionName: string, lineNumber = 0) => ({
  ...{ functionName, lineNumber, columnNumber: 0, scriptId: "1" },
  url: functionName.startsWith("(") ? "" : "file:///a.ts",
});

describe("encodePprof", () => {
  it("writes what can be read again", () => {
    const main = { name: "main", file: "a.ts", line: 1 };
    const inner = { name: "größe", file: "a.ts", line: 300 };
    const samples = [
      { stack: [inner, main], values: [1, 2 ** 40], thread: "main" },
      { stack: [main], values: [2, 0], thread: "[worker 1]" },
    ];
    const bytes = encodePprof({
      valueTypes: [
        { type: "samples", unit: "count" },
        { type: "cpu", unit: "nanoseconds" },
      ],
      ...{ samples, timeMs: 1_900_000_000_123, durationMs: 1500 },
      period: { type: "cpu", unit: "nanoseconds", value: 10_101_010 },
    });
    expect([...bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    expect(decodePprof(bytes)).toEqual({
      valueTypes: ["samples/count", "cpu/nanoseconds"],
      samples: [
        { stack: ["größe a.ts:300", "main a.ts:1"], values: [1, 2 ** 40], thread: "main" },
        { stack: ["main a.ts:1"], values: [2, 0], thread: "[worker 1]" },
      ],
      timeNanos: 1_900_000_000_123_000_000n,
      durationNanos: 1_500_000_000n,
      period: "cpu/nanoseconds 10101010",
    });
  });

  it("begins its table of strings with the empty one", () => {
    const bytes = encodePprof({
      ...{ valueTypes: [], samples: [], timeMs: 0, durationMs: 0 },
      period: { type: "", unit: "", value: 1 },
    });
    expect(gunzipSync(bytes).subarray(-2)).toEqual(Buffer.from([(6 << 3) | 2, 0]));
  });
});

describe("profiles of V8", () => {
  it("policy-server 46: a CPU profile counts what ran, with its callers", () => {
    const profile = {
      nodes: [
        { id: 1, callFrame: callFrame("(root)", -1), hitCount: 1, children: [2, 3, 4] },
        { id: 2, callFrame: callFrame("(idle)", -1), hitCount: 50 },
        { id: 3, callFrame: callFrame("(program)", -1), hitCount: 2 },
        { id: 4, callFrame: callFrame("outer", 9), hitCount: 0, children: [5] },
        { id: 5, callFrame: callFrame("", 4), hitCount: 3 },
      ],
      ...{ startTime: 0, endTime: 1 },
    };
    const pprof = cpuPprof([{ thread: "main", profile }], { frequencyHz: 100, timeMs: 0, durationMs: 1 });
    expect(pprof.samples).toEqual([
      { thread: "main", stack: [{ name: "(program)", file: "", line: 0 }], values: [2, 20_000_000] },
      {
        thread: "main",
        stack: [
          { name: "(anonymous)", file: "file:///a.ts", line: 5 },
          { name: "outer", file: "file:///a.ts", line: 10 },
        ],
        values: [3, 30_000_000],
      },
    ]);
  });

  it("policy-server 46: a heap profile tells who holds what", () => {
    const leaf = { callFrame: callFrame("leaf", 1), selfSize: 10.4, id: 3, children: [] };
    const outer = { callFrame: callFrame("outer", 0), selfSize: 5, id: 2, children: [leaf] };
    const head = { callFrame: callFrame("(root)", -1), selfSize: 0, id: 1, children: [outer] };
    const pprof = heapPprof([{ thread: "w", profile: { head } }], { timeMs: 0, durationMs: 1 });
    expect(pprof.samples.map(({ stack, values }) => [stack.map(({ name }) => name), values])).toEqual([
      [["outer"], [5]],
      [["leaf", "outer"], [10]],
    ]);
  });
});
