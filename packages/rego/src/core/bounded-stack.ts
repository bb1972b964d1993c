import { RegoError } from "../errors.ts";
import type { Builtin } from "./builtin.ts";

/** A function that works on nested data: the end of the call stack is a limit like any other. */
export function boundedStack(builtin: Builtin): Builtin {
  return (operands, context) => {
    try {
      return builtin(operands, context);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RegoError("an operand of a built-in function is nested too deep", {
        code: "REGO_LIMIT",
        cause: error,
      });
    }
  };
}
