import { createLogger, type LogLine } from "@kubewarden-ts/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tracingLog } from "./tracing-log.ts";

function log(payload: unknown): { lines: LogLine[]; answer: Uint8Array } {
  const lines: LogLine[] = [];
  const logger = createLogger({ level: "trace", target: "test", write: (line) => lines.push(line) });
  const bytes = payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload));
  return { answer: tracingLog.run(bytes, { policyId: "psp", log: logger }), lines };
}

describe("tracing/log", () => {
  it.each([
    ["TRACE", "trace"],
    ["debug", "debug"],
    ["Info", "info"],
    ["WARNING", "warn"],
    ["warn", "warn"],
    ["ERROR", "error"],
    ["critical", "error"],
    ["fatal", "error"],
  ])("policy-runtime 45: level %s is %s", (level, expected) => {
    const { lines, answer } = log({ level, message: "hello", user: "jane", n: 1, nested: { a: [true] } });
    expect(answer).toHaveLength(0);
    expect(lines).toMatchObject([
      {
        level: expected,
        target: "policy_log",
        spans: [{ name: "policy_log", fields: { policy_id: "psp" } }],
        message: "hello",
        fields: { data: '{"user":"jane","n":1,"nested":{"a":[true]}}' },
      },
    ]);
  });

  it.each([
    ["no message", { level: "info" }],
    ["a message that is null", { level: "info", message: null }],
  ])("policy-runtime 45: writes an event with %s", (_what, event) => {
    expect(log(event).lines).toMatchObject([{ message: "", fields: { data: "{}" } }]);
  });

  it("policy-runtime 45: keeps whatever keys an event has", () => {
    const data = '{"__proto__":{"polluted":1},"constructor":"c","prototype":"p"}';
    const event = new TextEncoder().encode(`{"level":"info",${data.slice(1)}`);
    expect(log(event).lines).toMatchObject([{ fields: { data } }]);
  });

  it.each([
    ["another level", { level: "loud", message: "x" }, "unknown log level loud"],
    ["no level", { message: "x" }, "invalid payload: level: expected a value, received nothing"],
    ["a message that is no text", { level: "info", message: 5 }, "invalid payload: message: expected string"],
    ["no JSON", new Uint8Array([0x7b]), "invalid payload: "],
    ["no text", new Uint8Array([0x22, 0xff, 0x22]), "invalid payload: "],
  ])("policy-runtime 45: loses an event with %s, and the guest is not told", (_what, event, cause) => {
    const { lines, answer } = log(event);
    expect(answer).toHaveLength(0);
    expect(lines).toMatchObject([
      { level: "error", message: "Cannot log event", fields: { error: expect.stringContaining(cause) } },
    ]);
  });

  it("never fails", () => {
    const event = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(event, (payload) => {
        expect(log(payload).lines).toHaveLength(1);
      }),
    );
  });
});
