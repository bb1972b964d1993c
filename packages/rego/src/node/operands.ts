import { isObject, kindOf, type RegoObject, type RegoValue } from "../core/value.ts";
import { BuiltinError } from "../errors.ts";

// Readers of operands: `position` counts from 0, messages count from 1. All throw `BuiltinError`.

export function stringOperand(operands: readonly RegoValue[], position: number): string {
  const operand = operands[position];
  if (typeof operand !== "string") throw wrongType(operand, position, "string");
  return operand;
}

/** The bytes of a text in UTF-8. */
export function bytesOperand(operands: readonly RegoValue[], position: number): Buffer {
  return Buffer.from(stringOperand(operands, position));
}

export function objectOperand(operands: readonly RegoValue[], position: number): RegoObject {
  const operand = operands[position];
  if (operand === undefined || !isObject(operand)) throw wrongType(operand, position, "object");
  return operand;
}

function wrongType(operand: RegoValue | undefined, position: number, wanted: string): BuiltinError {
  const got = operand === undefined ? "nothing" : kindOf(operand);
  return new BuiltinError(`operand ${position + 1} must be ${wanted} but got ${got}`);
}

/** The value of a string key. */
export function memberOf({ entries }: RegoObject, name: string): RegoValue | undefined {
  return entries.find(([key]) => key === name)?.[1];
}
