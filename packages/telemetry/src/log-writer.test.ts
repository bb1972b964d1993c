import { createLogger, type LogLine, type LogValue } from "@kubewarden-ts/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogWriter, type LogWriterOptions } from "./log-writer.ts";

/** 2026-01-02T03:04:05.123456Z */
const timeMs = 1767323045123.456;

function writtenBy(line: LogLine, options: Partial<LogWriterOptions> = {}): string {
  let written = "";
  const write = (text: string) => {
    written += text;
  };
  createLogWriter({ format: "text", color: false, write, nowMs: () => timeMs, ...options })(line);
  return written;
}

const plain: LogLine = { level: "info", message: "ready", target: "policy_server", spans: [], fields: {} };

const requestSpans = [
  { name: "request", fields: { method: "POST", uri: "/validate/psp", version: "HTTP/1.1" } },
  { name: "validation", fields: { policy_id: "psp", allowed: undefined } },
  { name: "validate" },
];

describe("text log lines", () => {
  it.each<[string, Partial<LogLine>, string]>([
    ["a message", {}, " INFO policy_server: ready"],
    ["a long level", { level: "error" }, "ERROR policy_server: ready"],
    [
      "fields",
      { fields: { download_dir: "/tmp", policies_count: 2, ok: true, big: 3n, none: null, gone: undefined } },
      ' INFO policy_server: ready download_dir="/tmp" policies_count=2 ok=true big=3 none=None',
    ],
    [
      "a list",
      { fields: { capabilities: ["a", "b"] } },
      ' INFO policy_server: ready capabilities={"a", "b"}',
    ],
    ["an empty list", { fields: { capabilities: [] } }, " INFO policy_server: ready capabilities={}"],
    [
      "spans",
      { spans: requestSpans },
      ' INFO request{method="POST" uri="/validate/psp" version="HTTP/1.1"}:validation{policy_id="psp"}:validate: policy_server: ready',
    ],
    [
      "escapes",
      { fields: { a: 'q"\\\n\r\t\0\u001b[31m\u2028' } },
      String.raw` INFO policy_server: ready a="q\"\\\n\r\t\0\u{1b}[31m\u{2028}"`,
    ],
    [
      "a message of a guest",
      { message: 'two\nlines\tand "quotes" \u001b[2J' },
      ' INFO policy_server: two\\nlines\tand "quotes" \\u{1b}[2J',
    ],
  ])("policy-server 41: shows %s", (_row, line, expected) => {
    expect(writtenBy({ ...plain, ...line })).toBe(`2026-01-02T03:04:05.123456Z ${expected}\n`);
  });

  it("policy-server 41: colours only when asked", () => {
    const line: LogLine = { ...plain, spans: requestSpans, fields: { id: "x" } };
    expect(writtenBy(line)).not.toContain("\u001b");
    const colored = writtenBy(line, { color: true });
    expect(colored).toContain("\u001b[32m INFO\u001b[0m");
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(writtenBy(line));
  });
});

describe("JSON log lines", () => {
  it("policy-server 41: has timestamp, level, fields and target", () => {
    const line: LogLine = { ...plain, fields: { count: 2, names: ["a"], big: 2n ** 64n, message: "hidden" } };
    const timestamp = "2026-01-02T03:04:05.123456Z";
    const fields = { message: "ready", count: 2, names: ["a"], big: "18446744073709551616" };
    const expected = { timestamp, level: "INFO", fields, target: "policy_server" };
    const text = writtenBy(line, { format: "json" });
    expect(JSON.parse(text)).toEqual(expected);
    expect(Object.keys(JSON.parse(text))).toEqual(["timestamp", "level", "fields", "target"]);
  });

  it("policy-server 41: has the span and all spans", () => {
    expect(JSON.parse(writtenBy({ ...plain, spans: requestSpans }, { format: "json" }))).toMatchObject({
      span: { name: "validate" },
      spans: [
        { method: "POST", uri: "/validate/psp", version: "HTTP/1.1", name: "request" },
        { policy_id: "psp", name: "validation" },
        { name: "validate" },
      ],
    });
  });
});

describe("createLogWriter", () => {
  it.each(["text", "json"] as const)("policy-server 41: writes one %s line whatever is logged", (format) => {
    const value: fc.Arbitrary<LogValue> = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.string({ unit: "binary" })),
      fc.double(),
      fc.bigInt(),
      fc.constantFrom(null, undefined, true, "\n", "\r", "\u2028", "\ud800"),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), value, (message, field) => {
        const line = { ...plain, message, spans: [{ name: "s", fields: { field } }], fields: { field } };
        const text = writtenBy(line, { format });
        expect(text.slice(0, -1)).not.toMatch(/[\n\r\u001b]/);
        expect(text.endsWith("\n")).toBe(true);
        if (format === "json") expect(JSON.parse(text)).toMatchObject({ fields: { message } });
      }),
      { numRuns: 150 },
    );
  });

  it("takes the lines of a Logger, at or above its level, with the system clock", () => {
    const lines: string[] = [];
    const write = createLogWriter({ format: "text", color: false, write: (text) => lines.push(text) });
    const log = createLogger({ level: "info", target: "kwctl", write });
    log.debug("unseen");
    log.child({ target: "kwctl::run", span: { name: "run" } }).warn("seen", { id: "a" });
    expect(lines).toEqual([
      expect.stringMatching(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z {2}WARN run: kwctl::run: seen id="a"\n$/,
      ),
    ]);
    expect(Math.abs(Date.parse(lines[0]?.slice(0, 27) ?? "") - Date.now())).toBeLessThan(10_000);
  });
});
