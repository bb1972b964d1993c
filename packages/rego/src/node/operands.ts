import { stringOperand } from "../core/operands.ts";
import type { RegoValue } from "../core/value.ts";

/** The bytes of a text in UTF-8. @throws {BuiltinError} */
export function bytesOperand(operands: readonly RegoValue[], position: number): Buffer {
  return Buffer.from(stringOperand(operands, position));
}
