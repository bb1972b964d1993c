import { type Expression, ExpressionError, parseSyntax, typeOfExpression } from "@kubewarden-ts/expression";
import { type FieldError, invalid, required } from "../field-error.ts";

const field = "spec.expression";

/** What is wrong with a group's expression (controller.md 2.3): it may be less than a policy server can evaluate. */
export function groupExpressionErrors(text: string, memberNames: readonly string[]): FieldError[] {
  if (text === "") return [required(field, "must be non-empty")];
  try {
    const root = parseSyntax(text);
    const operator = surplusOperator(root);
    if (operator !== undefined) return [notCompiled(text, `Unknown operator: ${operator}`)];
    const isBool = typeOfExpression(root, new Set(memberNames)) === "bool";
    return isBool ? [] : [invalid(field, text, "must evaluate to bool")];
  } catch (error) {
    if (error instanceof ExpressionError) return [notCompiled(text, error.message)];
    throw error;
  }
}

function notCompiled(text: string, problem: string): FieldError {
  return invalid(field, text, `compilation failed: ${problem}`);
}

const operators: ReadonlySet<string> = new Set(["==", "!=", "&&", "||"]);

/** An operator that group expressions do not have; a minus may begin a number. */
function surplusOperator(expression: Expression): string | undefined {
  switch (expression.kind) {
    case "literal":
    case "variable":
      return undefined;
    case "call":
      return firstOf(expression.parameters);
    case "unary": {
      const { operator, operand } = expression;
      if (operator === "-" && operand.kind !== "literal") return operator;
      return surplusOperator(operand);
    }
    case "chain": {
      const surplus = expression.rest.find(({ operator }) => !operators.has(operator));
      return surplus?.operator ?? firstOf([expression.first, ...expression.rest.map((link) => link.operand)]);
    }
  }
}

function firstOf(expressions: readonly Expression[]): string | undefined {
  return expressions.map(surplusOperator).find((operator) => operator !== undefined);
}
