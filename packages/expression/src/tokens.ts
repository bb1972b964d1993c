import { advance, type Place } from "./place.ts";

/** A word of the text; `text` is as written, and empty at the end. */
export interface Token {
  /** `other` is one character that begins no word, such as the quote of a string without end. */
  readonly kind: "name" | "number" | "string" | "symbol" | "other" | "end";
  readonly text: string;
  readonly place: Place;
}

/** One word each; the last alternative takes whatever is left. */
const WORDS =
  /(?<space>(?:\s|\/\/[^\n]*)+)|(?<name>[A-Za-z_]\w*)|(?<number>[0-9][\w.]*)|(?<string>"(?:[^"\\]|\\.)*")|(?<symbol>\|\||&&|[=!<>]=|[-!<>+*/%&|^(),])|./gsu;

/**
 * Splits the text of an expression into words. White space and `//` comments fall away.
 * @returns at least one token; the last one is the end
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let place: Place = { line: 1, position: 1 };
  for (const match of text.matchAll(WORDS)) {
    const token = toToken(match, place);
    if (token !== undefined) tokens.push(token);
    place = advance(place, match[0]);
  }
  tokens.push({ kind: "end", text: "", place });
  return tokens;
}

function toToken({ 0: text, groups = {} }: RegExpMatchArray, place: Place): Token | undefined {
  if (groups["space"] !== undefined) return undefined;
  if (groups["name"] !== undefined) return { kind: "name", text, place };
  if (groups["number"] !== undefined) return { kind: "number", text, place };
  if (groups["string"] !== undefined) return { kind: "string", text, place };
  return { kind: groups["symbol"] === undefined ? "other" : "symbol", text, place };
}
