import type { HeapProfiler, Profiler } from "node:inspector";
import type { Frame, Pprof, Sample } from "./pprof.ts";

/** What V8 tells about one thread. */
export interface OfThread<Profile> {
  readonly thread: string;
  readonly profile: Profile;
}

interface When {
  readonly timeMs: number;
  readonly durationMs: number;
}

/** How far apart V8 takes samples of the heap. */
export const heapSamplingBytes = 512 * 1024;

/** Time in which nothing ran is no time of the CPU. */
const notOnCpu = new Set(["(root)", "(idle)"]);

/** CPU profiles of all threads as one: how often a stack was seen, and the time that stands for. */
export function cpuPprof(
  profiles: readonly OfThread<Profiler.Profile>[],
  { frequencyHz, ...when }: When & { frequencyHz: number },
): Pprof {
  const periodNs = Math.round(1e9 / frequencyHz);
  return {
    ...when,
    valueTypes: [
      { type: "samples", unit: "count" },
      { type: "cpu", unit: "nanoseconds" },
    ],
    period: { type: "cpu", unit: "nanoseconds", value: periodNs },
    samples: profiles.flatMap(({ thread, profile }) => cpuSamples(profile, thread, periodNs)),
  };
}

function cpuSamples({ nodes }: Profiler.Profile, thread: string, periodNs: number): Sample[] {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  const stackOf = (node: Profiler.ProfileNode): Frame[] => {
    const stack: Frame[] = [];
    for (let at: Profiler.ProfileNode | undefined = node; at !== undefined; at = parents.get(at.id)) {
      if (at.callFrame.functionName !== "(root)") stack.push(frameOf(at.callFrame));
    }
    return stack;
  };
  return nodes.flatMap((node) => {
    const { hitCount = 0, callFrame } = node;
    if (hitCount === 0 || notOnCpu.has(callFrame.functionName)) return [];
    return [{ thread, stack: stackOf(node), values: [hitCount, hitCount * periodNs] }];
  });
}

/** Heap profiles of all threads as one: what is in use, by who allocated it. */
export function heapPprof(
  profiles: readonly OfThread<HeapProfiler.SamplingHeapProfile>[],
  when: When,
): Pprof {
  return {
    ...when,
    valueTypes: [{ type: "inuse_space", unit: "bytes" }],
    period: { type: "space", unit: "bytes", value: heapSamplingBytes },
    samples: profiles.flatMap(({ thread, profile }) => heapSamples(profile, thread)),
  };
}

function heapSamples({ head }: HeapProfiler.SamplingHeapProfile, thread: string): Sample[] {
  const samples: Sample[] = [];
  // a loop in place of recursion: trees are as deep as stacks
  const open: { node: HeapProfiler.SamplingHeapProfileNode; callers: Frame[] }[] = [
    { node: head, callers: [] },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, callers } = next;
    const stack = node === head ? callers : [frameOf(node.callFrame), ...callers];
    if (node.selfSize > 0) samples.push({ thread, stack, values: [Math.round(node.selfSize)] });
    open.push(...node.children.map((child) => ({ node: child, callers: stack })));
  }
  return samples;
}

function frameOf({
  functionName,
  url,
  lineNumber,
}: {
  functionName: string;
  url: string;
  lineNumber: number;
}): Frame {
  return { name: functionName || "(anonymous)", file: url, line: Math.max(0, lineNumber + 1) };
}
