import { createLogger, isPrintable, type LogLevel } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import type { TimeEncoding } from "./log-config.ts";
import { createZapWriter } from "./zap-writer.ts";

const nowMs = () => Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function logged(
  format: "json" | "console",
  fields: Parameters<ReturnType<typeof createLogger>["info"]>[1],
  { message = "reconciled", level = "info" as LogLevel, timeEncoding = "rfc3339" as TimeEncoding } = {},
): string {
  let text = "";
  const write = createZapWriter({ format, timeEncoding, nowMs, write: (line) => (text += line) });
  createLogger({ level: "trace", target: "setup", write }).log(level, message, fields);
  return text;
}

describe("the log of the controller", () => {
  it("has a JSON object a line", () => {
    expect(logged("json", { policy: "a\nb", count: 2, big: 2n, nan: Number.NaN, list: ["x"] })).toBe(
      '{"level":"info","ts":"2026-01-02T03:04:05Z","logger":"setup","msg":"reconciled","policy":"a\\nb","count":2,"big":"2","nan":"NaN","list":["x"]}\n',
    );
  });

  it("does not let a field hide what every line has", () => {
    expect(JSON.parse(logged("json", { msg: "other", level: "x" }))).toMatchObject({
      msg: "reconciled",
      level: "info",
    });
  });

  it("has columns for people, whatever stands in them", () => {
    expect(logged("console", { a: "\n" })).toBe(
      '2026-01-02T03:04:05Z\tINFO\tsetup\treconciled\t{"a":"\\n"}\n',
    );
    expect(logged("console", {}, { message: 'a\n\t"b"' })).toBe(
      '2026-01-02T03:04:05Z\tINFO\tsetup\ta\\n\\t"b"\n',
    );
  });

  it.each(["json", "console"] as const)(
    "has nothing in %s that a terminal would obey or reorder",
    (format) => {
      const hostile = "a\u009b31m\u202eb\u2028";
      const line = logged(format, { policy: hostile }, { message: hostile });
      expect(isPrintable(line)).toBe(true);
      expect(line).toContain("a\\u009b31m\\u202eb\\u2028");
      if (format === "json") expect(JSON.parse(line)).toMatchObject({ msg: hostile, policy: hostile });
    },
  );

  it.each<[LogLevel, string]>([
    ["trace", "debug"],
    ["debug", "debug"],
    ["warn", "info"],
    ["error", "error"],
  ])("calls %s %s, as upstream's levels are", (level, name) => {
    expect(JSON.parse(logged("json", {}, { level }))).toMatchObject({ level: name });
  });

  it.each<[TimeEncoding, unknown]>([
    ["epoch", 1767323045.678],
    ["millis", 1767323045678],
    ["nano", 1767323045678e6],
    ["iso8601", "2026-01-02T03:04:05.678Z"],
    ["rfc3339nano", "2026-01-02T03:04:05.678Z"],
  ])("writes the time as %s", (timeEncoding, ts) => {
    expect(JSON.parse(logged("json", {}, { timeEncoding }))).toMatchObject({ ts });
  });
});
