import { type LogLevel, type LogLine, type LogValue, printable } from "@kubewarden-ts/base";
import type { LogConfig, TimeEncoding } from "./log-config.ts";

export interface ZapWriterOptions extends Pick<LogConfig, "format" | "timeEncoding"> {
  /** receives one line at a time, with its newline */
  readonly write: (text: string) => unknown;
  /** milliseconds since 1970 */
  readonly nowMs: () => number;
}

/** Upstream's logger has no level below debug and no warnings between info and error. */
const levelNames: Readonly<Record<LogLevel, string>> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  warn: "info",
  error: "error",
};

/**
 * Makes what a `Logger` hands its lines to, in the two formats of upstream's controller: JSON with `level`, `ts`, `logger`,
 * `msg` and the fields, or columns for people (controller.md 6.1). What others wrote in them moves no cursor and turns no
 * text round: such characters are escaped, which JSON reads as the same.
 */
export function createZapWriter(options: ZapWriterOptions): (line: LogLine) => void {
  const { format, timeEncoding, write, nowMs } = options;
  return ({ level, message, target, fields, spans }) => {
    const name = levelNames[level];
    const time = timeValue(timeEncoding, nowMs());
    const given = plainFields(Object.assign({}, ...spans.map((span) => span.fields), fields));
    if (format === "json") {
      const head = { level: name, ts: time, logger: target, msg: message };
      // a field of one of these names does not hide them
      write(`${printable(JSON.stringify({ ...head, ...given, ...head }))}\n`);
      return;
    }
    const columns = [time, name.toUpperCase(), target, oneLine(message)];
    if (Object.keys(given).length > 0) columns.push(JSON.stringify(given));
    write(`${printable(columns.join("\t"))}\n`);
  };
}

/** JSON has no big integers, infinities or NaN: these become text. */
function plainFields(fields: Readonly<Record<string, LogValue>>): Record<string, unknown> {
  const plain = Object.entries(fields).map(([name, value]) => {
    const unsayable = typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value));
    return [name, unsayable ? String(value) : value];
  });
  return Object.fromEntries(plain);
}

function timeValue(encoding: TimeEncoding, ms: number): string | number {
  const iso = new Date(ms).toISOString();
  switch (encoding) {
    case "epoch":
      return ms / 1000;
    case "millis":
      return ms;
    case "nano":
      return Math.round(ms * 1e6);
    case "iso8601":
    case "rfc3339nano":
      return iso;
    case "rfc3339":
      return `${iso.slice(0, 19)}Z`;
  }
}

/** What others wrote must not look like lines of ours. */
function oneLine(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
}
