import { BuiltinError } from "../../errors.ts";

export interface TemplateToken {
  readonly kind:
    | "text"
    | "open"
    | "close"
    | "space"
    | "word"
    | "field"
    | "variable"
    | "string"
    | "number"
    | "symbol";
  readonly text: string;
}

/** Marks at the delimiters that take blanks away on their side. */
const opening = /\{\{(?:-(?=[ \t\r\n]))?/g;
const closing = /(?:[ \t\r\n]-)?\}\}/y;
const comment = /[ \t\r\n]*\/\*.*?\*\/(?:[ \t\r\n]-)?\}\}/sy;

const patterns: readonly [TemplateToken["kind"], RegExp][] = [
  ["space", /[ \t\r\n]+(?!-\}\})/y],
  ["string", /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ["number", /'(?:[^'\\\n]|\\[^\n][^'\n]*)'|[+-]?(?:\.?[0-9])(?:[\p{L}\p{Nd}_.]|(?<=[eEpP])[+-])*/uy],
  ["field", /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ["variable", /\$[\p{L}\p{Nd}_]*/uy],
  ["word", /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ["symbol", /:=|[=|(),.]/y],
];

/** Cuts a template into texts and the tokens of its actions. @throws {BuiltinError} */
export function readTemplateTokens(template: string): readonly TemplateToken[] {
  const tokens: TemplateToken[] = [];
  let position = 0;
  let isTrimmed = false;
  while (position < template.length) {
    opening.lastIndex = position;
    const open = opening.exec(template);
    const text = template.slice(position, open?.index ?? template.length);
    const start = isTrimmed ? text.replace(/^[ \t\r\n]+/, "") : text;
    const isCut = open?.[0].endsWith("-") ?? false;
    tokens.push({ kind: "text", text: isCut ? trimEnd(start) : start });
    if (open === null) break;
    const action = readAction(template, open.index + open[0].length, tokens);
    position = action.end;
    isTrimmed = action.isTrimmed;
  }
  return tokens.filter(({ kind, text }) => kind !== "text" || text !== "");
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && " \t\r\n".includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

function readAction(
  template: string,
  start: number,
  tokens: TemplateToken[],
): { end: number; isTrimmed: boolean } {
  const skipped = match(comment, template, start);
  if (skipped !== undefined) return { end: start + skipped.length, isTrimmed: /\s-\}\}$/.test(skipped) };
  tokens.push({ kind: "open", text: "{{" });
  for (let position = start; ; ) {
    const close = match(closing, template, position);
    if (close !== undefined) {
      tokens.push({ kind: "close", text: "}}" });
      return { end: position + close.length, isTrimmed: close.includes("-") };
    }
    const token = readToken(template, position);
    tokens.push(token);
    position += token.text.length;
  }
}

function readToken(template: string, position: number): TemplateToken {
  for (const [kind, pattern] of patterns) {
    const text = match(pattern, template, position);
    if (text !== undefined) return { kind, text };
  }
  throw new BuiltinError(`template: unexpected character at ${position}`);
}

function match(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}
