export { ExpressionError, type ExpressionErrorCode } from "./errors.ts";
export { type CallMember, evaluateExpression } from "./evaluate.ts";
export { type GroupExpression, parseExpression } from "./group-expression.ts";
export { parseSyntax } from "./parser.ts";
export type { Expression } from "./syntax-tree.ts";
export { typeOfExpression } from "./type-check.ts";
