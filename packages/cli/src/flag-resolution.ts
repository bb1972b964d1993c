import type { Flag, FlagTable, FlagValue } from "./flag.ts";
import { readEnvironmentText, readFlagTexts, type TypedText } from "./flag-text.ts";
import type { Problem } from "./problem.ts";

/** The values of a command's flags, and which of them somebody set. */
export interface ResolvedFlags {
  readonly kind: "flags";
  readonly values: Readonly<Record<string, FlagValue>>;
  /** Names given on the command line or in the environment. */
  readonly set: ReadonlySet<string>;
}

/** Command line beats environment beats default. */
export function resolveFlags(
  table: FlagTable,
  given: ReadonlyMap<string, readonly string[]>,
  env: Readonly<Record<string, string | undefined>>,
): ResolvedFlags | Problem {
  const values: Record<string, FlagValue> = {};
  const set = new Set<string>();
  for (const [name, flag] of Object.entries(table)) {
    const text = textOf(name, flag, given, env);
    if (text?.kind === "problem") return text;
    values[name] = text === undefined ? defaultOf(flag) : text.value;
    if (text !== undefined) set.add(name);
  }
  return { kind: "flags", values, set };
}

function textOf(
  name: string,
  flag: Flag,
  given: ReadonlyMap<string, readonly string[]>,
  env: Readonly<Record<string, string | undefined>>,
): TypedText | undefined {
  const texts = given.get(name);
  if (texts !== undefined) return readFlagTexts(name, flag, texts);
  const variable = flag.env === undefined ? undefined : env[flag.env];
  return variable === undefined ? undefined : readEnvironmentText(name, flag, variable);
}

function defaultOf(flag: Flag): FlagValue {
  switch (flag.type) {
    case "boolean":
      return false;
    case "list":
      return [];
    case "string":
      return flag.repeatable && !flag.greedy ? [] : flag.default;
    default:
      return flag.default;
  }
}
