import { BuiltinError } from "../errors.ts";
import { decimalInteger } from "./go/number.ts";
import { integerOf } from "./number.ts";
import { isNumber, isObject, kindOf, type RegoObject, type RegoValue } from "./value.ts";

// Readers of operands: `position` counts from 0, messages count from 1. All throw `BuiltinError`.

export function stringOperand(operands: readonly RegoValue[], position: number): string {
  const operand = operands[position];
  if (typeof operand !== "string") throw wrongType(operand, position, "string");
  return operand;
}

export function objectOperand(operands: readonly RegoValue[], position: number): RegoObject {
  const operand = operands[position];
  if (operand === undefined || !isObject(operand)) throw wrongType(operand, position, "object");
  return operand;
}

/** The text of a number. */
export function numberOperand(operands: readonly RegoValue[], position: number): string {
  const operand = operands[position];
  if (operand === undefined || !isNumber(operand)) throw wrongType(operand, position, "number");
  return operand.text;
}

/** A whole number of 64 bits, written in digits: `1e3` is none. */
export function int64Operand(operands: readonly RegoValue[], position: number): bigint {
  return wholeNumber(decimalInteger(numberOperand(operands, position)), position);
}

/** A whole number of any size and form. */
export function integerOperand(operands: readonly RegoValue[], position: number): bigint {
  return wholeNumber(integerOf(numberOperand(operands, position)), position);
}

function wholeNumber(value: bigint | undefined, position: number): bigint {
  if (value !== undefined) return value;
  throw new BuiltinError(`operand ${position + 1} must be integer number but got floating-point number`);
}

/** The error for an operand of another type than is wanted. */
export function wrongType(operand: RegoValue | undefined, position: number, wanted: string): BuiltinError {
  const got = operand === undefined ? "nothing" : kindOf(operand);
  return new BuiltinError(`operand ${position + 1} must be ${wanted} but got ${got}`);
}

/** The value of a string key. */
export function memberOf({ entries }: RegoObject, name: string): RegoValue | undefined {
  return entries.find(([key]) => key === name)?.[1];
}
