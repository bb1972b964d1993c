/** Levels from the least to the most severe. */
export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Values a log line can carry. Never settings, tokens or bodies of objects. */
export type LogValue = string | number | boolean | bigint | null | undefined | readonly string[];
export type LogFields = Readonly<Record<string, LogValue>>;

/** A named piece of work that log lines belong to; printed from the outermost to the innermost. */
export interface LogSpan {
  readonly name: string;
  readonly fields?: LogFields;
}

/**
 * Writes log lines. The message is a constant, what varies goes into the fields.
 * @example log.info("policy evaluated", { policy_id: "psp", allowed: true })
 */
export interface Logger {
  /** Whether a line of this level would be written: ask before building costly fields. */
  enabled(level: LogLevel): boolean;
  log(level: LogLevel, message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger for one part of the program: another target (`policy_server::certs`), or inside a span. */
  child(scope: { target?: string; span?: LogSpan }): Logger;
}

/** One line, before it is written. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly target: string;
  readonly spans: readonly LogSpan[];
  readonly fields: LogFields;
}

/**
 * A logger that hands each line at or above `level` to `write`.
 * @param options.level - the least severe level that is written
 * @param options.target - the part of the program the lines come from
 */
export function createLogger(options: {
  level: LogLevel;
  target: string;
  spans?: readonly LogSpan[];
  write: (line: LogLine) => void;
}): Logger {
  const { level: least, target, spans = [], write } = options;
  const threshold = logLevels.indexOf(least);
  const enabled = (level: LogLevel): boolean => logLevels.indexOf(level) >= threshold;
  const log = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    if (enabled(level)) write({ level, message, target, spans, fields });
  };
  return {
    enabled,
    log,
    trace: (message, fields) => log("trace", message, fields),
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
    child: (scope) =>
      createLogger({
        level: least,
        target: scope.target ?? target,
        spans: scope.span === undefined ? spans : [...spans, scope.span],
        write,
      }),
  };
}

/** Writes nothing: the default of library code and of tests. */
export const silentLogger: Logger = createLogger({ level: "error", target: "silent", write: () => {} });
