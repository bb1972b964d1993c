import { BuiltinError } from "../errors.ts";
import { decimalInteger } from "./go/number.ts";
import { integerOf } from "./number.ts";
import {
  isArray,
  isNumber,
  isObject,
  isSet,
  kindOf,
  type RegoNumber,
  type RegoObject,
  type RegoValue,
} from "./value.ts";

// Readers of operands: `position` counts from 0, messages count from 1. All throw `BuiltinError`.

export function stringOperand(operands: readonly RegoValue[], position: number): string {
  const operand = operands[position];
  if (typeof operand !== "string") throw wrongType(operand, position, "string");
  return operand;
}

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
export function bytesOperand(operands: readonly RegoValue[], position: number): Uint8Array {
  return encoder.encode(stringOperand(operands, position));
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

export function arrayOperand(operands: readonly RegoValue[], position: number): readonly RegoValue[] {
  const operand = operands[position];
  if (operand === undefined || !isArray(operand)) throw wrongType(operand, position, "array");
  return operand;
}

export function regoNumberOperand(operands: readonly RegoValue[], position: number): RegoNumber {
  const operand = operands[position];
  if (operand === undefined || !isNumber(operand)) throw wrongType(operand, position, "number");
  return operand;
}

/** The items of an array or a set, all of them strings. */
export function stringsOperand(operands: readonly RegoValue[], position: number): readonly string[] {
  const operand = operands[position];
  const isList = operand !== undefined && (isArray(operand) || isSet(operand));
  if (!isList) throw wrongType(operand, position, "one of {string, set, array}");
  const items = isArray(operand) ? operand : operand.items;
  return items.map((item) => {
    if (typeof item === "string") return item;
    throw new BuiltinError(
      `operand ${position + 1} must be ${kindOf(operand)} of strings but got ${kindOf(operand)} containing ${kindOf(item)}`,
    );
  });
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
