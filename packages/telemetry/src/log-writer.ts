/// <reference lib="esnext.temporal" />
import type { LogLine } from "@kubewarden-ts/base";
import { jsonLine } from "./json-line.ts";
import { textLine } from "./text-line.ts";

export interface LogWriterOptions {
  /** `text` for people and grep, `json` for machines: one object a line. */
  readonly format: "text" | "json";
  /** ANSI colours in the text format; ask `wantsColor`. */
  readonly color: boolean;
  /** Receives one line at a time, with its newline. */
  readonly write: (text: string) => void;
  /** The time now, in milliseconds since 1970, with fractions; by default the system clock to the microsecond. */
  readonly nowMs?: () => number;
}

/**
 * Makes what a `Logger` hands its lines to (policy-server.md 11).
 * @example
 * const write = createLogWriter({ format: "text", color: false, write: (text) => process.stderr.write(text) });
 * const log = createLogger({ level: "info", target: "kwctl", write });
 */
export function createLogWriter(options: LogWriterOptions): (line: LogLine) => void {
  const { format, color, write, nowMs = systemClockMs } = options;
  return (line) => {
    const timeMs = nowMs();
    write(`${format === "json" ? jsonLine(line, timeMs) : textLine(line, timeMs, color)}\n`);
  };
}

/** `Date.now` has whole milliseconds only, and `performance` does not follow the system clock. */
function systemClockMs(): number {
  return Number(Temporal.Now.instant().epochNanoseconds) / 1e6;
}
