import { syntaxError } from "./errors.ts";
import type { Token } from "./tokens.ts";

export const MIN_INTEGER = -(2n ** 63n);
export const MAX_INTEGER = 2n ** 63n - 1n;

/** @throws {ExpressionError} `EXPRESSION_SYNTAX`: not decimal, not whole, or beyond 64 bits */
export function readInteger({ text, place }: Token): bigint {
  const value = /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value > MAX_INTEGER) throw syntaxError(place, `Malformed number: '${text}'`);
  return value;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["\\", "\\"],
  ['"', '"'],
]);

/** @param token - with its quotes. @throws {ExpressionError} `EXPRESSION_SYNTAX`: an escape that is not known */
export function readString({ text, place }: Token): string {
  return text.slice(1, -1).replace(/\\(.)/gsu, (sequence, character: string) => {
    const meaning = ESCAPES.get(character);
    if (meaning === undefined) throw syntaxError(place, `Invalid escape sequence: '${sequence}'`);
    return meaning;
  });
}
