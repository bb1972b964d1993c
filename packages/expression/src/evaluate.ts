import { functionNotFound, variableNotFound } from "./errors.ts";
import type { GroupExpression } from "./group-expression.ts";
import { calculate, negate } from "./integers.ts";
import { type ChainLink, type Expression, typeOf, type Value } from "./syntax-tree.ts";

/** Runs a member of the group and says whether it allowed the request. */
export type CallMember = (member: string) => Promise<boolean> | boolean;

/**
 * Evaluates a group's expression, from left to right. `&&` and `||` leave out what cannot change the result; all
 * other operators evaluate both sides. A member that stands twice is run twice, one after the other.
 * @param call - runs one member; what it throws ends the evaluation
 * @throws {ExpressionError} `EXPRESSION_ARITHMETIC`; and what `call` throws
 * @example await evaluateExpression(parseExpression("a() && !b()", ["a", "b"]), async (name) => name === "a") // true
 */
export async function evaluateExpression(expression: GroupExpression, call: CallMember): Promise<boolean> {
  return (await evaluate(expression.root, call)) === true;
}

async function evaluate(expression: Expression, call: CallMember): Promise<Value> {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "variable":
      throw variableNotFound(expression.place, expression.name);
    case "call":
      return await call(expression.member);
    case "unary":
      return applyUnary(expression, await evaluate(expression.operand, call));
    case "chain":
      return await evaluateChain(expression, call);
  }
}

async function evaluateChain(chain: Expression & { kind: "chain" }, call: CallMember): Promise<Value> {
  let left = await evaluate(chain.first, call);
  for (const link of chain.rest) {
    if (isDecided(link.operator, left)) continue;
    left = applyLink(link, left, await evaluate(link.operand, call));
  }
  return left;
}

function isDecided(operator: string, left: Value): boolean {
  return (operator === "&&" && left === false) || (operator === "||" && left === true);
}

function applyUnary({ operator, place }: Expression & { kind: "unary" }, operand: Value): Value {
  if (operator === "!" && typeof operand === "boolean") return !operand;
  if (operator === "-" && typeof operand === "bigint") return negate(place, operand);
  throw functionNotFound(place, "EXPRESSION_TYPE", operator, [typeOf(operand)]);
}

/** The operands have the right types, or the expression would not have been parsed. */
function applyLink({ operator, place }: ChainLink, left: Value, right: Value): Value {
  switch (operator) {
    case "&&":
    case "&":
      return left === true && right === true;
    case "||":
    case "|":
      return left === true || right === true;
    case "^":
    case "!=":
      return left !== right;
    case "==":
      return left === right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      if (typeof left === "bigint" && typeof right === "bigint")
        return calculate(operator, place, left, right);
      throw functionNotFound(place, "EXPRESSION_TYPE", operator, [typeOf(left), typeOf(right)]);
  }
}
