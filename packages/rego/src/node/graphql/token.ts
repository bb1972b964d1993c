import { BuiltinError } from "../../errors.ts";
import { blockStringValue } from "./block-string.ts";

export type TokenKind =
  | "end of document"
  | "name"
  | "int"
  | "float"
  | "string"
  | "block string"
  | "comment"
  | Punctuator;

const punctuators = ["!", "$", "&", "(", ")", "...", ":", "=", "@", "[", "]", "{", "}", "|"] as const;
export type Punctuator = (typeof punctuators)[number];

export interface Token {
  readonly kind: TokenKind;
  /** Text of a name, number or comment, value of a string; empty for all others. */
  readonly value: string;
  /** Where the next token may begin. */
  readonly end: number;
}

/** Patterns by which a token begins; they match in one way only, so none goes back. */
const separators = /[\t\n\r ,\uFEFF]*/y;
const name = /[_A-Za-z][_0-9A-Za-z]*/y;
const comment = /#[^\u0000-\u0008\u000A-\u001F]*/y;
const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

/** Reads the token at a position, or the one after the white space there. @throws {BuiltinError} */
export function readToken(text: string, position: number): Token {
  const start = position + matchAt(separators, text, position)![0].length;
  if (start >= text.length) return { kind: "end of document", value: "", end: start };
  const punctuator = punctuators.find((mark) => text.startsWith(mark, start));
  if (punctuator !== undefined) return { kind: punctuator, value: "", end: start + punctuator.length };
  if (text[start] === '"') return readString(text, start);
  const words = matchAt(name, text, start) ?? matchAt(comment, text, start);
  if (words !== undefined) {
    const [value] = words;
    return { kind: value.startsWith("#") ? "comment" : "name", value, end: start + value.length };
  }
  return readNumber(text, start);
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text) ?? undefined;
}

function readNumber(text: string, start: number): Token {
  const match = matchAt(number, text, start);
  if (match === undefined) throw syntaxError(`unexpected character ${JSON.stringify(text[start])}`, start);
  const [value, fraction, exponent] = match;
  const end = start + value.length;
  const isFloat = fraction !== undefined || exponent !== undefined;
  const next = text[end] ?? "";
  const isUnfinished = (!isFloat && /[0-9.]/.test(next)) || (exponent === undefined && /[eE]/.test(next));
  if (isUnfinished) throw syntaxError("invalid number", end);
  return { kind: isFloat ? "float" : "int", value, end };
}

function readString(text: string, start: number): Token {
  return text.startsWith('"""', start) ? readBlockString(text, start + 3) : readQuoted(text, start + 1);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function readQuoted(text: string, start: number): Token {
  const parts: string[] = [];
  const special = /["\\\u0000-\u0008\u000A-\u001F]/g;
  for (let position = start; ; position = special.lastIndex) {
    special.lastIndex = position;
    const found = special.exec(text);
    if (found === null) throw syntaxError("unterminated string", text.length);
    parts.push(text.slice(position, found.index));
    if (found[0] === '"') return { kind: "string", value: parts.join(""), end: special.lastIndex };
    const escaped = found[0] === "\\" ? readEscape(text, special.lastIndex) : undefined;
    if (escaped === undefined) throw syntaxError("invalid character in a string", found.index);
    parts.push(escaped.value);
    special.lastIndex = escaped.end;
  }
}

function readEscape(text: string, position: number): { value: string; end: number } | undefined {
  const letter = text[position] ?? "";
  if (Object.hasOwn(escapes, letter)) return { value: escapes[letter]!, end: position + 1 };
  const digits = text.slice(position + 1, position + 5);
  if (letter !== "u" || !/^[0-9a-fA-F]{4}$/.test(digits)) return undefined;
  // Each escape stands for itself: halves of a pair do not find each other.
  return { value: String.fromCharCode(Number.parseInt(digits, 16)).toWellFormed(), end: position + 5 };
}

function readBlockString(text: string, start: number): Token {
  const parts: string[] = [];
  const special = /"{3,}|\\"""|\r\n?|[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g;
  for (let position = start; ; position = special.lastIndex) {
    special.lastIndex = position;
    const found = special.exec(text);
    if (found === null) throw syntaxError("unterminated string", text.length);
    const [mark] = found;
    parts.push(text.slice(position, found.index));
    if (mark.startsWith('"')) {
      // The last three close the string.
      const value = blockStringValue(parts.join("") + mark.slice(3));
      return { kind: "block string", value, end: special.lastIndex };
    }
    if (mark.startsWith("\\")) parts.push('"""');
    else if (mark.startsWith("\r")) parts.push("\n");
    else throw syntaxError("invalid character in a string", found.index);
  }
}

export function syntaxError(problem: string, position: number): BuiltinError {
  return new BuiltinError(`GraphQL: ${problem} at character ${position}`);
}
