import type { HeapProfiler, Profiler as V8Profiler } from "node:inspector";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { encodePprof } from "./pprof.ts";
import { type InspectedThread, inspectThreads } from "./thread-inspector.ts";
import { cpuPprof, heapPprof, heapSamplingBytes, type OfThread } from "./v8-profiles.ts";

/** What the process spends its time and its memory on. */
export interface Profiler extends Disposable {
  /**
   * Takes samples of what every thread runs.
   * @param options.frequencyHz - samples a second
   * @param wait - resolves when it is enough
   * @returns a profile in pprof's format; `undefined` while another one is made
   */
  cpu(options: { frequencyHz: number }, wait: () => Promise<void>): Promise<Uint8Array | undefined>;
  /** What is in use of what was allocated since the profiler started. */
  heap(): Promise<Uint8Array>;
}

/** Starts to note what threads allocate, and makes profiles when asked to (policy-server 13). */
export async function startProfiler(log: Logger): Promise<Profiler> {
  const begun = new WeakMap<InspectedThread, Promise<unknown>>();
  const startTimeMs = Date.now();
  let cpuOn: ((thread: InspectedThread) => void) | undefined;
  const inspector = await inspectThreads((thread) => {
    begun.set(
      thread,
      settled(thread.call("HeapProfiler.startSampling", { samplingInterval: heapSamplingBytes })),
    );
    cpuOn?.(thread);
  });

  /** What each thread answers; one that ends meanwhile has nothing to say. */
  const ofThreads = async <Profile>(
    threads: readonly InspectedThread[],
    ask: (thread: InspectedThread) => Promise<unknown>,
  ): Promise<OfThread<Profile>[]> => {
    const answers = threads.map(async (thread) => {
      try {
        const { profile } = (await ask(thread)) as { profile: Profile };
        return [{ thread: thread.name, profile }];
      } catch (error) {
        log.warn("a thread has no profile", { thread: thread.name, error: errorText(error) });
        return [];
      }
    });
    return (await Promise.all(answers)).flat();
  };

  const cpu: Profiler["cpu"] = async ({ frequencyHz }, wait) => {
    if (cpuOn !== undefined) return undefined;
    const threads: InspectedThread[] = [];
    const interval = Math.round(1e6 / frequencyHz);
    cpuOn = (thread) => {
      threads.push(thread);
      void settled(thread.call("Profiler.enable"));
      void settled(thread.call("Profiler.setSamplingInterval", { interval }));
      void settled(thread.call("Profiler.start"));
    };
    try {
      const timeMs = Date.now();
      inspector.threads().forEach(cpuOn);
      await wait();
      const durationMs = Date.now() - timeMs;
      const profiles = await ofThreads<V8Profiler.Profile>(threads, (thread) => thread.call("Profiler.stop"));
      return encodePprof(cpuPprof(profiles, { frequencyHz, timeMs, durationMs }));
    } finally {
      for (const thread of threads) void settled(thread.call("Profiler.disable"));
      cpuOn = undefined;
    }
  };

  const heap = async (): Promise<Uint8Array> => {
    const profiles = await ofThreads<HeapProfiler.SamplingHeapProfile>(
      inspector.threads(),
      async (thread) => {
        await begun.get(thread);
        return thread.call("HeapProfiler.getSamplingProfile");
      },
    );
    return encodePprof(heapPprof(profiles, { timeMs: startTimeMs, durationMs: Date.now() - startTimeMs }));
  };

  return { cpu, heap, [Symbol.dispose]: () => inspector[Symbol.dispose]() };
}

/** For calls whose failure shows in the one after them. */
function settled(call: Promise<unknown>): Promise<unknown> {
  return call.catch(() => undefined);
}
