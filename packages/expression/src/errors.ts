import type { Place } from "./place.ts";

export type ExpressionErrorCode =
  | "EXPRESSION_SYNTAX" // the text is not an expression
  | "EXPRESSION_TOO_DEEP" // more nested parentheses and unary operators than allowed
  | "EXPRESSION_UNKNOWN_NAME" // it calls what is no member, or calls a member with arguments
  | "EXPRESSION_TYPE" // an operand or the whole has the wrong type
  | "EXPRESSION_ARITHMETIC"; // while evaluating: a result beyond 64 bits, a division by zero

/** The one error of this package. The message ends with line and position where one place is at fault. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly code: ExpressionErrorCode;
  /** Of the offending place, from 1 on. */
  readonly line: number;
  /** Of the offending place within its line, in Unicode characters, from 1 on. */
  readonly position: number;

  constructor(message: string, options: ErrorOptions & { code: ExpressionErrorCode } & Place) {
    super(message, options);
    this.code = options.code;
    this.line = options.line;
    this.position = options.position;
  }
}

/** An error whose message names its place. */
export function errorAt({ line, position }: Place, code: ExpressionErrorCode, text: string): ExpressionError {
  return new ExpressionError(`${text} (line ${line}, position ${position})`, { code, line, position });
}

export function syntaxError(place: Place, text: string): ExpressionError {
  return errorAt(place, "EXPRESSION_SYNTAX", `Syntax error: ${text}`);
}

/** No function or operator of this name takes operands of these types. */
export function functionNotFound(
  place: Place,
  code: "EXPRESSION_UNKNOWN_NAME" | "EXPRESSION_TYPE",
  name: string,
  types: readonly string[],
): ExpressionError {
  return errorAt(place, code, `Function not found: ${name} (${types.join(", ")})`);
}

export function variableNotFound(place: Place, name: string): ExpressionError {
  return errorAt(place, "EXPRESSION_UNKNOWN_NAME", `Variable not found: ${name}`);
}
