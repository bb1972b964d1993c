import { spend, spendOnText, type WorkBudget } from "../../core/work-budget.ts";
import type { BuiltinError } from "../../errors.ts";
import type { Comment, CommentGroup } from "./syntax-tree.ts";
import { readToken, syntaxError, type Token, type TokenKind } from "./token.ts";

/** The tokens of a document, one at a time. */
export interface TokenStream {
  readonly text: string;
  readonly budget: WorkBudget;
  position: number;
  /** Selections, values and types that are open. */
  depth: number;
  /** The token that comes next, when it was looked at. */
  peeked: Token | undefined;
  /** What stands before that token. */
  comment: CommentGroup | undefined;
}

/** A token is read, becomes a part of the tree, and that a value. */
const stepsPerToken = 4;

export function tokenStream(text: string, budget: WorkBudget): TokenStream {
  spendOnText(budget, text);
  return { text, budget, position: 0, depth: 0, peeked: undefined, comment: undefined };
}

/** The next token, which stays. Sets the comment before it. @throws {BuiltinError}; {RegoError} `REGO_LIMIT` */
export function peek(stream: TokenStream): Token {
  if (stream.peeked !== undefined) return stream.peeked;
  const comments: Comment[] = [];
  let token = read(stream);
  while (token.kind === "comment") {
    comments.push({ Value: token.value });
    token = read(stream);
  }
  if (comments.length > 0) stream.comment = { List: comments };
  stream.peeked = token;
  return token;
}

function read(stream: TokenStream): Token {
  spend(stream.budget, stream.depth, stepsPerToken);
  const token = readToken(stream.text, stream.position);
  stream.position = token.end;
  return token;
}

/** Takes the next token. The comment before it is gone then. */
export function next(stream: TokenStream): Token {
  const token = peek(stream);
  stream.peeked = undefined;
  stream.comment = undefined;
  return token;
}

/** Takes the next token if it is of a kind. */
export function skip(stream: TokenStream, kind: TokenKind): boolean {
  if (peek(stream).kind !== kind) return false;
  next(stream);
  return true;
}

/** @throws {BuiltinError} when the next token is of another kind */
export function expect(stream: TokenStream, kind: TokenKind): string {
  if (peek(stream).kind !== kind) throw unexpected(stream, kind);
  return next(stream).value;
}

export function expectName(stream: TokenStream): string {
  return expect(stream, "name");
}

/** Takes a name that must stand here. @returns the comment before it */
export function expectKeyword(stream: TokenStream, keyword: string): CommentGroup | undefined {
  const { kind, value } = peek(stream);
  if (kind !== "name" || value !== keyword) throw unexpected(stream, keyword);
  const { comment } = stream;
  next(stream);
  return comment;
}

export function unexpected(stream: TokenStream, wanted: string): BuiltinError {
  const { kind, value, end } = peek(stream);
  const found = value === "" ? kind : `${kind} ${JSON.stringify(value.slice(0, 40))}`;
  return syntaxError(`expected ${wanted} but found ${found}`, end);
}

/** Items between brackets, at least one. Without the opening bracket there are none. */
export function bracketed<T>(
  stream: TokenStream,
  [open, close]: readonly [TokenKind, TokenKind],
  parse: (stream: TokenStream) => T,
): readonly T[] {
  return withEnd(stream, [open, close], parse).items;
}

/** As {@link bracketed}, with the comment before the closing bracket. */
export function withEnd<T>(
  stream: TokenStream,
  [open, close]: readonly [TokenKind, TokenKind],
  parse: (stream: TokenStream) => T,
): { items: readonly T[]; comment: CommentGroup | undefined } {
  if (!skip(stream, open)) return { items: [], comment: undefined };
  const items = inside(stream, () => itemsUntil(stream, close, parse));
  if (items.length === 0) throw unexpected(stream, "at least one item");
  const { comment } = stream;
  next(stream);
  return { items, comment };
}

/** Items up to a closing bracket, which stays. */
export function itemsUntil<T>(
  stream: TokenStream,
  close: TokenKind,
  parse: (stream: TokenStream) => T,
): readonly T[] {
  const items: T[] = [];
  while (peek(stream).kind !== close) items.push(parse(stream));
  return items;
}

/** Names with a mark between, and maybe one before the first. */
export function separated(
  stream: TokenStream,
  mark: TokenKind,
  parse: (stream: TokenStream) => string,
): readonly string[] {
  skip(stream, mark);
  const names = [parse(stream)];
  while (skip(stream, mark)) names.push(parse(stream));
  return names;
}

/** Parses what is one level deeper. */
export function inside<T>(stream: TokenStream, parse: () => T): T {
  stream.depth++;
  const parsed = parse();
  stream.depth--;
  return parsed;
}
