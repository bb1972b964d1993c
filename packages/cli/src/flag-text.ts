import { type Flag, type FlagValue, formatFlag } from "./flag.ts";
import { type Problem, problem } from "./problem.ts";

/** A flag's texts made into its value. */
export type TypedText = { readonly kind: "value"; readonly value: FlagValue } | Problem;

/** Reads what the command line gives: one text, or all texts of a repeatable flag. */
export function readFlagTexts(name: string, flag: Flag, texts: readonly string[]): TypedText {
  if (flag.type === "string" && flag.form === "key=value") {
    const wrong = pairProblem(name, flag, texts);
    if (wrong !== undefined) return wrong;
  }
  if (flag.type === "string" && (flag.repeatable || flag.greedy)) return { kind: "value", value: texts };
  return readFlagText(name, flag, texts[0] ?? "");
}

/** Reads what the environment gives. */
export function readEnvironmentText(name: string, flag: Flag, text: string): TypedText {
  if (flag.type === "boolean" && flag.setByAnyText) return { kind: "value", value: text !== "" };
  return readFlagTexts(name, flag, [text]);
}

function readFlagText(name: string, flag: Flag, text: string): TypedText {
  switch (flag.type) {
    case "string":
      return { kind: "value", value: text };
    case "list":
      return { kind: "value", value: text.split(",") };
    case "boolean":
      return readBoolean(name, flag, text);
    case "enum": {
      const known = [...flag.values, ...(flag.hiddenValues ?? [])].includes(text);
      return known ? { kind: "value", value: text } : notPossible(name, flag, text, flag.values);
    }
    case "number":
      return readNumber(name, flag, text);
  }
}

function pairProblem(name: string, flag: Flag, texts: readonly string[]): Problem | undefined {
  const keys = new Set<string>();
  for (const text of texts) {
    const invalid = (reason: string) =>
      problem(`invalid value '${text}' for '${formatFlag(name, flag)}': ${reason}`);
    const [, key] = /^([^=]+)=/s.exec(text) ?? [];
    if (key === undefined) return invalid("expected a key, an equals sign and a value, as in env=prod");
    if (keys.has(key)) return invalid(`the key '${key}' is given twice, expected each once`);
    keys.add(key);
  }
  return undefined;
}

const trueTexts = ["true", "1", "yes", "on"];
const falseTexts = ["false", "0", "no", "off"];

function readBoolean(name: string, flag: Flag, text: string): TypedText {
  if (trueTexts.includes(text)) return { kind: "value", value: true };
  if (falseTexts.includes(text)) return { kind: "value", value: false };
  return notPossible(name, flag, text, ["true", "false"]);
}

function readNumber(name: string, flag: Flag & { type: "number" }, text: string): TypedText {
  const invalid = (reason: string) =>
    problem(`invalid value '${text}' for '${formatFlag(name, flag)}': ${reason}`);
  if (!/^[+-]?\d+$/.test(text)) return invalid("invalid digit found in string");
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = flag;
  const value = Number(text);
  if (value < min || value > max) return invalid(`${text} is not in ${min}..=${max}`);
  return { kind: "value", value };
}

function notPossible(name: string, flag: Flag, text: string, values: readonly string[]): Problem {
  const possible = `[possible values: ${values.join(", ")}]`;
  return problem(`invalid value '${text}' for '${formatFlag(name, flag)}'\n  ${possible}`);
}
