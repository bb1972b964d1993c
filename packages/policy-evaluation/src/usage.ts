import type { RunUsage } from "@kubewarden-ts/policy-runtime/node";

/** Of several guests, one after the other; `undefined` when none was asked. */
export function totalUsage(usages: readonly RunUsage[]): RunUsage | undefined {
  if (usages.length === 0) return undefined;
  const sum = (of: (usage: RunUsage) => number): number =>
    usages.reduce((total, usage) => total + of(usage), 0);
  return {
    memoryBytes: usages.reduce((most, { memoryBytes }) => Math.max(most, memoryBytes), 0),
    outputBytes: sum(({ outputBytes }) => outputBytes),
    hostCalls: sum(({ hostCalls }) => hostCalls),
    hostAnswerBytes: sum(({ hostAnswerBytes }) => hostAnswerBytes),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    elapsedMs: sum(({ elapsedMs }) => elapsedMs),
  };
}
