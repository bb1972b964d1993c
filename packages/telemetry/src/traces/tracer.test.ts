import { describe, expect, it } from "vitest";
import { createSampler } from "./sampler.ts";
import type { FinishedSpan, SpanContext } from "./span.ts";
import { createTracer } from "./tracer.ts";

const parent = (sampled: boolean): SpanContext => ({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  sampled,
  isRemote: true,
});

function exported(sampler: string | undefined, argument?: string, from?: SpanContext): FinishedSpan[] {
  const spans: FinishedSpan[] = [];
  const choose = createSampler(sampler, argument);
  if (choose === undefined) throw new Error("no sampler");
  const tracer = createTracer({ sampler: choose, nowMs: () => 1, export: (span) => spans.push(span) });
  const root = tracer.start({ name: "root", parent: from });
  tracer.start({ name: "child", parent: root.context }).end();
  root.end();
  return spans;
}

describe("the tracer", () => {
  it.each([
    ["everything unless told", undefined, undefined, parent(false), 2],
    ["everything", "always_on", undefined, parent(false), 2],
    ["nothing", "always_off", undefined, parent(true), 0],
    ["what the caller traces", "parentbased_always_on", undefined, parent(false), 0],
    ["roots", "parentbased_always_on", undefined, undefined, 2],
    ["what the caller traces, and no roots", "parentbased_always_off", undefined, parent(true), 2],
    ["no part", "traceidratio", "0", undefined, 0],
    ["a part", "traceidratio", "0.5", parent(false), 2],
    ["a smaller part", "traceidratio", "0.25", parent(false), 0],
  ])("traces %s", (_row, sampler, argument, from, spans) => {
    expect(exported(sampler, argument, from)).toHaveLength(spans);
  });

  it.each([
    ["sometimes", undefined],
    ["traceidratio", "2"],
    ["parentbased_traceidratio", "half"],
    ["parentbased_", undefined],
  ])("has no sampler %s %s", (name, argument) => {
    expect(createSampler(name, argument)).toBeUndefined();
  });

  it("gives each root a trace of its own", () => {
    const [first, second] = [exported(undefined), exported(undefined)];
    const ids = [...first, ...second].map(({ context }) => [context.traceId, context.spanId]);
    expect(new Set(ids.map(([trace]) => trace)).size).toBe(2);
    expect(new Set(ids.map(([, span]) => span)).size).toBe(4);
    for (const [trace, span] of ids) expect(`${trace}-${span}`).toMatch(/^[\da-f]{32}-[\da-f]{16}$/);
  });
});
