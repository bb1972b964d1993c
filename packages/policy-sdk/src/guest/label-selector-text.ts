import { type LabelRequirement, labelRequirement } from "./label-requirement.ts";
import { LabelSelectorError, shown } from "./label-syntax.ts";

/** Words and signs of a selector, and where the next one is. */
interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

const token = /\s*(?:(==|!=|[=!<>(),])|([^\s=!<>(),]+))/y;
const sign = /^[=!<>(),]/;

/**
 * Reads the text of a selector: `app=web`, `tier in (front, back)`, `env!=test`, `critical`, `!debug`, `level>3`, joined by
 * commas.
 * @throws {LabelSelectorError}
 * @example matchesLabels(parseLabelSelector("app=web,!debug"), { app: "web" }) // true
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const reader: Reader = { tokens: tokensOf(text), at: 0 };
  const requirements: LabelRequirement[] = [];
  if (reader.tokens.length === 0) return requirements;
  do requirements.push(readRequirement(reader));
  while (taken(reader, ","));
  if (reader.at < reader.tokens.length) throw unexpected(reader);
  return requirements;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  for (token.lastIndex = 0; token.lastIndex < end; ) {
    const [, signText, word] = token.exec(text) ?? [];
    tokens.push(signText ?? word ?? "");
  }
  return tokens;
}

function readRequirement(reader: Reader): LabelRequirement {
  if (taken(reader, "!")) return labelRequirement(takeWord(reader), "DoesNotExist", []);
  const key = takeWord(reader);
  if (taken(reader, "=") || taken(reader, "==")) return labelRequirement(key, "In", [takeValue(reader)]);
  if (taken(reader, "!=")) return labelRequirement(key, "NotIn", [takeValue(reader)]);
  if (taken(reader, ">")) return labelRequirement(key, "Gt", [takeWord(reader)]);
  if (taken(reader, "<")) return labelRequirement(key, "Lt", [takeWord(reader)]);
  if (taken(reader, "in")) return labelRequirement(key, "In", takeValues(reader));
  if (taken(reader, "notin")) return labelRequirement(key, "NotIn", takeValues(reader));
  return labelRequirement(key, "Exists", []);
}

function taken(reader: Reader, expected: string): boolean {
  if (reader.tokens[reader.at] !== expected) return false;
  reader.at++;
  return true;
}

function takeWord(reader: Reader): string {
  const word = reader.tokens[reader.at];
  if (word === undefined || sign.test(word)) throw unexpected(reader);
  reader.at++;
  return word;
}

/** A value may be empty: then a comma, a bracket or the end follows. */
function takeValue(reader: Reader): string {
  const next = reader.tokens[reader.at];
  return next === undefined || next === "," || next === ")" ? "" : takeWord(reader);
}

function takeValues(reader: Reader): string[] {
  if (!taken(reader, "(")) throw unexpected(reader);
  const values: string[] = [];
  do values.push(takeValue(reader));
  while (taken(reader, ","));
  if (!taken(reader, ")")) throw unexpected(reader);
  return values;
}

function unexpected({ tokens, at }: Reader): LabelSelectorError {
  const found = tokens[at];
  return new LabelSelectorError(
    `unexpected ${found === undefined ? "end" : shown(found)} of a label selector`,
  );
}
