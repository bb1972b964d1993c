import { parseSyntax } from "./parser.ts";
import type { Expression } from "./syntax-tree.ts";
import { checkTypes } from "./type-check.ts";

/** A group's expression that is known to be fit for evaluation. Plain data: it may cross threads. */
export interface GroupExpression {
  readonly text: string;
  readonly root: Expression;
}

/**
 * Parses and checks the expression of a policy group (policy-server 6, policy-runtime 6): members called without
 * arguments, `&& || !`, `== !=`, `& | ^`, comparisons, integer arithmetic, `true`, `false`, integers, strings,
 * parentheses, `//` comments.
 * @param memberNames - the members that may be called
 * @throws {ExpressionError} every code but `EXPRESSION_ARITHMETIC`
 * @example parseExpression("signed() && (trusted() || !privileged())", ["signed", "trusted", "privileged"])
 */
export function parseExpression(text: string, memberNames: readonly string[]): GroupExpression {
  const root = parseSyntax(text);
  checkTypes(root, new Set(memberNames));
  return { text, root };
}
