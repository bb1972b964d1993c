import { type ExpressionError, errorAt, syntaxError } from "./errors.ts";
import { readInteger, readString } from "./literals.ts";
import { operatorAt, precedence } from "./operators.ts";
import type { Place } from "./place.ts";
import type { ChainLink, Expression } from "./syntax-tree.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Parentheses and unary operators that may be open at one place (policy-server 6). */
export const MAX_NESTING = 64;

/** Words of CEL that no member can be named after and that begin nothing here. */
const RESERVED: ReadonlySet<string> = new Set(
  "as break const continue else for function if import in let loop namespace null package return var void while".split(
    " ",
  ),
);

interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
  nesting: number;
}

/**
 * Reads an expression; names and types are not looked at.
 * @throws {ExpressionError} `EXPRESSION_SYNTAX`, `EXPRESSION_TOO_DEEP`
 */
export function parseSyntax(text: string): Expression {
  const cursor: Cursor = { tokens: tokenize(text), next: 0, nesting: 0 };
  const expression = readChain(cursor, 0);
  const rest = peek(cursor);
  if (rest.kind !== "end") throw unexpected(rest);
  return expression;
}

function readChain(cursor: Cursor, level: number): Expression {
  if (level === precedence.length) return readUnary(cursor);
  const first = readChain(cursor, level + 1);
  const rest: ChainLink[] = [];
  for (;;) {
    const { kind, text, place } = peek(cursor);
    const operator = kind === "symbol" ? operatorAt(level, text) : undefined;
    if (operator === undefined) break;
    cursor.next++;
    rest.push({ operator, place, operand: readChain(cursor, level + 1) });
  }
  return rest.length === 0 ? first : { kind: "chain", first, rest, place: first.place };
}

function readUnary(cursor: Cursor): Expression {
  const { text, kind, place } = peek(cursor);
  if (kind !== "symbol" || (text !== "!" && text !== "-")) return readOperand(cursor);
  cursor.next++;
  const operand = nested(cursor, place, readUnary);
  return { kind: "unary", operator: text, operand, place };
}

function readOperand(cursor: Cursor): Expression {
  const token = take(cursor);
  const { place } = token;
  switch (token.kind) {
    case "number":
      return { kind: "literal", value: readInteger(token), place };
    case "string":
      return { kind: "literal", value: readString(token), place };
    case "name":
      return readName(cursor, token);
    default:
      if (token.text !== "(") throw unexpected(token);
      return readParentheses(cursor, place);
  }
}

function readParentheses(cursor: Cursor, place: Place): Expression {
  const inner = nested(cursor, place, (inside) => readChain(inside, 0));
  expect(cursor, ")");
  return inner;
}

function readName(cursor: Cursor, token: Token): Expression {
  const { text: name, place } = token;
  if (name === "true" || name === "false") return { kind: "literal", value: name === "true", place };
  if (RESERVED.has(name)) throw unexpected(token);
  if (!skip(cursor, "(")) return { kind: "variable", name, place };
  const parameters: Expression[] = [];
  if (!skip(cursor, ")")) {
    do parameters.push(nested(cursor, place, (inside) => readChain(inside, 0)));
    while (skip(cursor, ","));
    expect(cursor, ")");
  }
  return { kind: "call", member: name, parameters, place };
}

function nested(cursor: Cursor, place: Place, read: (cursor: Cursor) => Expression): Expression {
  if (cursor.nesting === MAX_NESTING) {
    throw errorAt(place, "EXPRESSION_TOO_DEEP", "Syntax error: Expression exceeds maximum complexity");
  }
  cursor.nesting++;
  const expression = read(cursor);
  cursor.nesting--;
  return expression;
}

function peek({ tokens, next }: Cursor): Token {
  return tokens[next]!;
}

function take(cursor: Cursor): Token {
  const token = peek(cursor);
  if (token.kind !== "end") cursor.next++;
  return token;
}

function skip(cursor: Cursor, symbol: string): boolean {
  const { kind, text } = peek(cursor);
  const found = kind === "symbol" && text === symbol;
  if (found) cursor.next++;
  return found;
}

function expect(cursor: Cursor, symbol: string): void {
  if (!skip(cursor, symbol)) throw unexpected(peek(cursor));
}

function unexpected({ kind, text, place }: Token): ExpressionError {
  if (kind === "end") return syntaxError(place, "Script is incomplete");
  return syntaxError(place, text === '"' ? "Open string is not terminated" : `Unexpected '${text}'`);
}
