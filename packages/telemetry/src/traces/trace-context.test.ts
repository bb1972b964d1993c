import { describe, expect, it } from "vitest";
import { readTraceContext } from "./trace-context.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";
const remote = { traceId: trace, spanId: span, isRemote: true };

describe("readTraceContext", () => {
  it.each([
    ["a sampled parent", `00-${trace}-${span}-01`, undefined, { ...remote, sampled: true }],
    ["a parent that is not sampled", `00-${trace}-${span}-00`, undefined, { ...remote, sampled: false }],
    ["the state of others", `00-${trace}-${span}-01`, "a=1", { ...remote, sampled: true, traceState: "a=1" }],
    ["a state that is too long", `00-${trace}-${span}-01`, "a".repeat(513), { ...remote, sampled: true }],
    ["a later version", `cc-${trace}-${span}-01-more`, undefined, { ...remote, sampled: true }],
    ["more than version 00 has", `00-${trace}-${span}-01-more`, undefined, undefined],
    ["the version that is none", `ff-${trace}-${span}-01`, undefined, undefined],
    ["an empty trace id", `00-${"0".repeat(32)}-${span}-01`, undefined, undefined],
    ["an empty span id", `00-${trace}-${"0".repeat(16)}-01`, undefined, undefined],
    ["upper case", `00-${trace.toUpperCase()}-${span}-01`, undefined, undefined],
    ["no header", undefined, "a=1", undefined],
  ])("reads %s", (_row, traceparent, tracestate, expected) => {
    expect(readTraceContext({ traceparent, tracestate })).toEqual(expected);
  });
});
