import { ControllerError } from "../errors.ts";
import type { ControllerFlags } from "./process-config.ts";

export type TimeEncoding = ControllerFlags["zap-time-encoding"];

/** How the controller logs (controller.md 6.1). */
export interface LogConfig {
  readonly format: "json" | "console";
  /** `none`: nothing is ever as severe as upstream's `panic` */
  readonly level: "trace" | "debug" | "info" | "error" | "none";
  readonly timeEncoding: TimeEncoding;
}

type LogFlags = Pick<ControllerFlags, "zap-devel" | "zap-encoder" | "zap-log-level" | "zap-time-encoding">;

/** @throws {ControllerError} `CONTROLLER_CONFIG_INVALID` for an unknown level */
export function readLogConfig(flags: LogFlags): LogConfig {
  const { "zap-devel": devel, "zap-log-level": level } = flags;
  return {
    format: flags["zap-encoder"] ?? (devel ? "console" : "json"),
    level: level ? readLevel(level) : devel ? "debug" : "info",
    timeEncoding: flags["zap-time-encoding"],
  };
}

/** Numbers are verbosities: 1 is debug, and what is above has the most of ours. */
function readLevel(text: string): LogConfig["level"] {
  const level = text.toLowerCase();
  if (level === "debug" || level === "info" || level === "error") return level;
  if (level === "panic") return "none";
  if (/^[1-9]\d*$/.test(level)) return level === "1" ? "debug" : "trace";
  const message = `--zap-log-level: expected debug, info, error, panic or a number above 0, received "${text}"`;
  throw new ControllerError(message, { code: "CONTROLLER_CONFIG_INVALID" });
}
