import type { LogLevel } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { logFilter } from "./log-filter.ts";

describe("logFilter", () => {
  it.each<[string, boolean, string | undefined, LogLevel, string, boolean]>([
    ["info by default", false, undefined, "info", "kwctl", true],
    ["no debug by default", false, undefined, "debug", "kwctl", false],
    ["debug when verbose", true, undefined, "debug", "kwctl", true],
    ["a level for all", false, "warn", "info", "kwctl", false],
    ["verbose before a level for all", true, "warn", "debug", "kwctl", true],
    ["a level for one target", false, "policy_log=trace", "trace", "policy_log", true],
    ["the others as before", false, "policy_log=trace", "debug", "kwctl", false],
    ["targets below one", false, "kwctl=error", "warn", "kwctl::run", false],
    ["names that only begin alike", false, "kwctl=error", "warn", "kwctlish", true],
    ["the longest of two", false, "kwctl=error,kwctl::run=debug", "debug", "kwctl::run", true],
    ["nothing when off", false, "off", "error", "kwctl", false],
    ["what it can read", false, "nonsense,,kwctl=,=,debug", "debug", "kwctl", true],
  ])("accepts %s", (_row, verbose, directives, level, target, expected) => {
    expect(logFilter({ verbose, directives }).accepts({ level, target })).toBe(expected);
  });

  it.each([
    [undefined, "info"],
    ["warn,policy_log=trace", "trace"],
    ["off", "error"],
  ])("asks for the least level of %s", (directives, level) => {
    expect(logFilter({ verbose: false, directives }).level).toBe(level);
  });
});
