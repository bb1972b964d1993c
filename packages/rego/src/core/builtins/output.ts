import { RegoError } from "../../errors.ts";
import { type Builtin, type BuiltinContext, type BuiltinTable, checkSize } from "../builtin.ts";
import { arrayOperand, stringOperand } from "../operands.ts";
import { formatTerm } from "../term-text.ts";
import { isNumber, isSet, kindOf, type RegoValue } from "../value.ts";

const trace: Builtin = (operands, { print }) => {
  print(stringOperand(operands, 0));
  return true;
};

/** Only tells tracers which case of a test it is; there are none. */
const testCase: Builtin = () => true;

/**
 * Prints a line for each way to choose one value from each operand. Operands are sets, since what is not defined has no
 * value; the compiler gives values that are always defined as they are.
 */
const print: Builtin = (operands, context) => {
  printLines(arrayOperand(operands, 0).map(textsOf), context);
  return true;
};

function textsOf(operand: RegoValue): readonly string[] {
  if (operand !== null && isSet(operand)) {
    return operand.items.length === 0 ? ["<undefined>"] : operand.items.map(textOf);
  }
  const isPrimitive = operand === null || typeof operand !== "object" || isNumber(operand);
  if (isPrimitive) return [textOf(operand)];
  throw new RegoError(`print: illegal argument type: ${kindOf(operand)}`, { code: "REGO_EVALUATION_FAILED" });
}

function textOf(value: RegoValue): string {
  return typeof value === "string" ? value : formatTerm(value);
}

function printLines(choices: readonly (readonly string[])[], context: BuiltinContext): void {
  const lines = choices.reduce((product, { length }) => product * length, 1);
  const lengths = choices.map((texts) => Math.max(...texts.map(({ length }) => length)) + 1);
  checkSize(lines * lengths.reduce((sum, length) => sum + length, 1), context);
  for (let line = 0; line < lines; line++) context.print(lineAt(choices, line));
}

/** The last operand changes fastest. */
function lineAt(choices: readonly (readonly string[])[], line: number): string {
  let rest = line;
  const texts = choices.toReversed().map((each) => {
    const text = each[rest % each.length]!;
    rest = Math.floor(rest / each.length);
    return text;
  });
  return texts.reverse().join(" ");
}

/** What policies tell their authors; calls never fail for it. */
export const outputBuiltins: BuiltinTable = {
  "internal.print": print,
  "internal.test_case": testCase,
  trace,
};
