import { createLogger, type Logger, type LogLine } from "@kubewarden-ts/base";

/** A logger that keeps its lines. */
export function recordedLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "trace", target: "kwctl", write: (line) => void lines.push(line) });
  return { log, lines };
}
