import { boundedStack } from "../bounded-stack.ts";
import type { Builtin, BuiltinTable } from "../builtin.ts";
import { decimalInteger } from "../go/number.ts";
import { type FormatArgument, sprintf } from "../go/printf.ts";
import { arrayOperand, stringOperand } from "../operands.ts";
import { formatTerm } from "../term-text.ts";
import { isNumber, type RegoValue } from "../value.ts";

const format: Builtin = (operands, context) => {
  const text = stringOperand(operands, 0);
  return sprintf(text, arrayOperand(operands, 1).map(argumentOf), context);
};

/** All that is neither text nor number is given as text. */
function argumentOf(value: RegoValue): FormatArgument {
  if (typeof value === "string") return { type: "string", value };
  if (value === null || !isNumber(value)) return { type: "string", value: formatTerm(value) };
  const { text } = value;
  if (/[.eE]/.test(text)) {
    const float = Number(text);
    return Number.isFinite(float) ? { type: "float64", value: float } : { type: "string", value: text };
  }
  const integer = decimalInteger(text);
  return integer === undefined
    ? { type: "*big.Int", value: BigInt(text) }
    : { type: "int64", value: integer };
}

export const formatBuiltins: BuiltinTable = { sprintf: boundedStack(format) };
