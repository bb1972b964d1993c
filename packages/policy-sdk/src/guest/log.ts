import { callHostText } from "./host-call.ts";

/** What a log line carries beside its message. Never secrets: it is written to the host's log. */
export type LogFields = Readonly<Record<string, unknown>>;

type HostLevel = "TRACE" | "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** Never throws: a log line must not change a verdict. */
function write(level: HostLevel, message: string, fields: LogFields = {}): void {
  try {
    callHostText({ namespace: "tracing", operation: "log" }, { ...plain(fields), level, message });
  } catch {
    // no host, or one that refuses the line
  }
}

/** The fields themselves, or a note about what cannot be written as JSON, such as a cycle. */
function plain(fields: LogFields): LogFields {
  try {
    JSON.stringify(fields);
    return fields;
  } catch (error) {
    return { fields: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Writes to the host's log. @example log.warn("no limits set", { container: "app" }) */
export const log = {
  trace: (message: string, fields?: LogFields) => write("TRACE", message, fields),
  debug: (message: string, fields?: LogFields) => write("DEBUG", message, fields),
  info: (message: string, fields?: LogFields) => write("INFO", message, fields),
  /** Sent as `WARNING`, the only spelling hosts know. */
  warn: (message: string, fields?: LogFields) => write("WARNING", message, fields),
  error: (message: string, fields?: LogFields) => write("ERROR", message, fields),
} as const;
