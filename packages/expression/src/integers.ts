import { type ExpressionError, errorAt } from "./errors.ts";
import { MAX_INTEGER, MIN_INTEGER } from "./literals.ts";
import type { Place } from "./place.ts";

/** Operators that take two integers and yield one. */
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

const NAMES: Readonly<Record<ArithmeticOperator, string>> = {
  "+": "Addition",
  "-": "Subtraction",
  "*": "Multiplication",
  "/": "Division",
  "%": "Modulo",
};

/**
 * Integer arithmetic in 64 bits; division rounds towards zero.
 * @throws {ExpressionError} `EXPRESSION_ARITHMETIC`
 */
export function calculate(operator: ArithmeticOperator, place: Place, left: bigint, right: bigint): bigint {
  const fault = (what: string): ExpressionError =>
    errorAt(place, "EXPRESSION_ARITHMETIC", `${NAMES[operator]} ${what}: ${left} ${operator} ${right}`);
  if (right === 0n && (operator === "/" || operator === "%")) throw fault("by zero");
  const result = compute(operator, left, right);
  if (!fits(result)) throw fault("overflow");
  return result;
}

/** @throws {ExpressionError} `EXPRESSION_ARITHMETIC` */
export function negate(place: Place, value: bigint): bigint {
  if (fits(-value)) return -value;
  throw errorAt(place, "EXPRESSION_ARITHMETIC", `Negation overflow: -${value}`);
}

function compute(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
  }
}

function fits(value: bigint): boolean {
  return value >= MIN_INTEGER && value <= MAX_INTEGER;
}
