export { ExpressionError, type ExpressionErrorCode } from "./errors.ts";
export { type CallMember, evaluateExpression } from "./evaluate.ts";
export { type GroupExpression, parseExpression } from "./group-expression.ts";
