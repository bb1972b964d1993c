import { BuiltinError } from "../../errors.ts";
import type { WorkBudget } from "../work-budget.ts";
import { unquoteGo } from "./constants.ts";
import type { TemplateNode } from "./syntax.ts";
import type { TemplateToken } from "./tokens.ts";

/** Where the reading of a template is. */
export interface Parser {
  readonly tokens: readonly TemplateToken[];
  position: number;
  /** those that can be named, the innermost last */
  variables: string[];
  loops: number;
  depth: number;
  readonly templates: Map<string, readonly TemplateNode[]>;
  readonly budget: WorkBudget;
}

export function peek({ tokens, position }: Parser): TemplateToken | undefined {
  return tokens[position];
}

export function skipSpace(parser: Parser): void {
  if (peek(parser)?.kind === "space") parser.position++;
}

export function take(parser: Parser, kind: TemplateToken["kind"]): TemplateToken {
  skipSpace(parser);
  const token = parser.tokens[parser.position++];
  if (token?.kind !== kind) throw unexpected(token?.text ?? "EOF");
  return token;
}

export function takeString(parser: Parser): string {
  return unquoteGo(take(parser, "string").text);
}

export function unexpected(what: string): BuiltinError {
  return new BuiltinError(`template: unexpected ${what}`);
}
