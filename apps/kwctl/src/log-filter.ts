import { type LogLevel, type LogLine, logLevels } from "@kubewarden-ts/base";

/** Which lines are written: a level for all targets, and other levels for the targets below a prefix. */
export interface LogFilter {
  /** The least severe level of any target. */
  readonly level: LogLevel;
  readonly accepts: (line: Pick<LogLine, "level" | "target">) => boolean;
}

/**
 * Reads directives like those of `RUST_LOG`: `debug`, `policy_log=trace,kwctl=warn`. What cannot be read is ignored.
 * @param options.verbose - `debug` for all targets without a directive of their own
 */
export function logFilter(options: {
  readonly verbose: boolean;
  readonly directives: string | undefined;
}): LogFilter {
  const { verbose, directives = "" } = options;
  const targets = new Map<string, LogLevel | "off">();
  let base: LogLevel | "off" = "info";
  for (const directive of directives.split(",")) {
    const [first = "", second] = directive.split("=").map((text) => text.trim());
    const level = levelOf(second ?? first);
    if (level === undefined) continue;
    if (second === undefined) base = level;
    else targets.set(first, level);
  }
  if (verbose) base = "debug";
  const all = [base, ...targets.values()].filter((level) => level !== "off");
  const level = logLevels.find((candidate) => all.includes(candidate)) ?? "error";
  const prefixes = [...targets].sort(([a], [b]) => b.length - a.length);
  const accepts: LogFilter["accepts"] = (line) => {
    const least = prefixes.find(([prefix]) => isBelow(line.target, prefix))?.[1] ?? base;
    return least !== "off" && logLevels.indexOf(line.level) >= logLevels.indexOf(least);
  };
  return { level, accepts };
}

function levelOf(text: string): LogLevel | "off" | undefined {
  const lower = text.toLowerCase();
  return lower === "off" ? "off" : logLevels.find((level) => level === lower);
}

function isBelow(target: string, prefix: string): boolean {
  return target === prefix || target.startsWith(`${prefix}::`);
}
