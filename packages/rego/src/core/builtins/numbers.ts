import { BuiltinError } from "../../errors.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { int64Operand, integerOperand, stringOperand } from "../operands.ts";
import { randomBelow } from "../random.ts";
import { numberOf } from "../value.ts";

/** Numbers from one to another, both of them included, down when the first is the larger one. */
const rangeStep: Builtin = (operands, context) => {
  const first = integerOperand(operands, 0);
  const last = integerOperand(operands, 1);
  const step = integerOperand(operands, 2);
  if (step <= 0n) throw new BuiltinError("numbers.range_step: step must be a positive integer");
  const distance = first <= last ? last - first : first - last;
  const count = distance / step + 1n;
  checkSize(count, context);
  const signed = first <= last ? step : -step;
  return Array.from({ length: Number(count) }, (_, index) => numberOf(first + BigInt(index) * signed));
};

const randomInteger: Builtin = (operands, context) => {
  const name = stringOperand(operands, 0);
  const bound = int64Operand(operands, 1);
  if (bound === 0n) return numberOf(0);
  // The least number of 64 bits has no counterpart: Go ends with an error too.
  const magnitude = BigInt.asIntN(64, bound < 0n ? -bound : bound);
  if (magnitude < 0n) throw new BuiltinError("invalid argument to Intn");
  const key = `rand.intn ${magnitude} ${name}`;
  const known = context.memo.get(key);
  if (known !== undefined) return known;
  const result = numberOf(randomBelow(magnitude, context));
  context.memo.set(key, result);
  return result;
};

export const numberBuiltins: BuiltinTable = {
  "numbers.range_step": rangeStep,
  "rand.intn": randomInteger,
};
