import { ExpressionError, errorAt, functionNotFound, variableNotFound } from "./errors.ts";
import type { BinaryOperator } from "./operators.ts";
import { type ChainLink, type Expression, typeOf, type ValueType } from "./syntax-tree.ts";

/**
 * Checks that every name is a member called without arguments, that every operand has a type its operator takes, and
 * that the whole is a truth value. There are no conversions.
 * @throws {ExpressionError} `EXPRESSION_UNKNOWN_NAME`, `EXPRESSION_TYPE`
 */
export function checkTypes(expression: Expression, members: ReadonlySet<string>): void {
  const type = typeOfExpression(expression, members);
  if (type === "bool") return;
  const message = `Output type incorrect: ${type} (expecting bool)`;
  throw new ExpressionError(message, { code: "EXPRESSION_TYPE", ...expression.place });
}

/**
 * The type of an expression whose operands all have types that its operators take.
 * @throws {ExpressionError} as {@link checkTypes}, but for the type of the whole
 */
export function typeOfExpression(expression: Expression, members: ReadonlySet<string>): ValueType {
  switch (expression.kind) {
    case "literal":
      return typeOf(expression.value);
    case "variable":
      throw variableNotFound(expression.place, expression.name);
    case "call":
      return typeOfCall(expression, members);
    case "unary":
      return typeOfUnary(expression, members);
    case "chain":
      return expression.rest.reduce<ValueType>(
        (left, link) => typeOfLink(expression, left, link, members),
        typeOfExpression(expression.first, members),
      );
  }
}

function typeOfCall(call: Expression & { kind: "call" }, members: ReadonlySet<string>): ValueType {
  const types = call.parameters.map((parameter) => typeOfExpression(parameter, members));
  if (types.length === 0 && members.has(call.member)) return "bool";
  throw functionNotFound(call.place, "EXPRESSION_UNKNOWN_NAME", call.member, types);
}

function typeOfUnary(unary: Expression & { kind: "unary" }, members: ReadonlySet<string>): ValueType {
  const type = typeOfExpression(unary.operand, members);
  if (type === (unary.operator === "!" ? "bool" : "i64")) return type;
  throw functionNotFound(unary.place, "EXPRESSION_TYPE", unary.operator, [type]);
}

function typeOfLink(
  { place }: Expression,
  left: ValueType,
  { operator, operand, place: operatorPlace }: ChainLink,
  members: ReadonlySet<string>,
): ValueType {
  const right = typeOfExpression(operand, members);
  if (operator === "&&" || operator === "||") {
    const wrong = left === "bool" ? right : left;
    if (wrong === "bool") return "bool";
    const text = `Data type incorrect: ${wrong} (expecting bool)`;
    throw errorAt(left === "bool" ? operand.place : place, "EXPRESSION_TYPE", text);
  }
  const result = left === right ? resultType(operator, left) : undefined;
  if (result !== undefined) return result;
  throw functionNotFound(operatorPlace, "EXPRESSION_TYPE", operator, [left, right]);
}

/** What a strict operator yields for two operands of one type; `undefined` when it does not take them. */
function resultType(
  operator: Exclude<BinaryOperator, "&&" | "||">,
  operands: ValueType,
): ValueType | undefined {
  switch (operator) {
    case "==":
    case "!=":
      return "bool";
    case "&":
    case "|":
    case "^":
      return operands === "bool" ? "bool" : undefined;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return operands === "bool" ? undefined : "bool";
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return operands === "i64" ? "i64" : undefined;
  }
}
