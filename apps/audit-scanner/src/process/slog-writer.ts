/// <reference lib="esnext.temporal" />
import type { LogLevel, LogLine, LogValue } from "@kubewarden-ts/base";

export interface SlogWriterOptions {
  /** receives one line at a time, with its newline */
  readonly write: (text: string) => unknown;
  /** RFC 3339 with nanoseconds; the system clock unless told */
  readonly now?: () => string;
}

const levelNames: Readonly<Record<LogLevel, string>> = {
  ...{ trace: "debug", debug: "debug", info: "info", warn: "warning", error: "error" },
};

/**
 * Makes what a `Logger` hands its lines to, in the format of upstream's scanner: a JSON object a line with `time`,
 * `level`, `message`, `component` and the fields (audit-and-reports.md 2.12).
 */
export function createSlogWriter({ write, now = systemTime }: SlogWriterOptions): (line: LogLine) => void {
  return ({ level, message, target, fields, spans }) => {
    const head = { time: now(), level: levelNames[level], message, component: target };
    const given = Object.assign({}, ...spans.map((span) => span.fields), fields);
    // a field of one of these names does not hide them
    write(`${JSON.stringify({ ...head, ...plainFields(given), ...head })}\n`);
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

function systemTime(): string {
  return Temporal.Now.instant().toString();
}
