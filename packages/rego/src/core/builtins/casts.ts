import type { Builtin, BuiltinTable } from "../builtin.ts";
import { wrongType } from "../operands.ts";
import { isArray, isSet, kindOf, type RegoKind, type RegoValue, setOf } from "../value.ts";

const castArray: Builtin = ([operand]) => itemsOf(operand);

const castSet: Builtin = ([operand]) =>
  operand !== undefined && isSet(operand) ? operand : setOf(itemsOf(operand));

function itemsOf(operand: RegoValue | undefined): readonly RegoValue[] {
  if (operand === undefined || !(isArray(operand) || isSet(operand))) {
    throw wrongType(operand, 0, "one of {array, set}");
  }
  return isArray(operand) ? operand : operand.items;
}

/** Gives back what already is of the type. */
function castTo(kind: RegoKind): Builtin {
  return ([operand]) => {
    if (operand === undefined || kindOf(operand) !== kind) throw wrongType(operand, 0, kind);
    return operand;
  };
}

export const castBuiltins: BuiltinTable = {
  cast_array: castArray,
  cast_boolean: castTo("boolean"),
  cast_null: castTo("null"),
  cast_object: castTo("object"),
  cast_set: castSet,
  cast_string: castTo("string"),
};
