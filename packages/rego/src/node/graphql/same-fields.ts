import { compareCodePoints } from "@kubewarden-ts/protocol";
import { spend, type WorkBudget } from "../../core/work-budget.ts";
import { isLeafKind, type Schema } from "./schema.ts";
import { type ChildValue, type Field, type TypeReference, type Value, valueKinds } from "./syntax-tree.ts";

/** Whether two fields are asked for with the same arguments, in any order. */
export function haveSameArguments(budget: WorkBudget, field: Field, other: Field): boolean {
  const [given, others] = [field.Arguments, other.Arguments];
  if (given.length !== others.length) return false;
  spend(budget, 0, given.length * others.length);
  return given.every(({ Name: name, Value: value }) =>
    others.some((argument) => argument.Name === name && isSameValue(budget, value, argument.Value)),
  );
}

function isSameValue(budget: WorkBudget, value: Value, other: Value): boolean {
  spend(budget, 0, 1 + value.Children.length);
  if (value.Kind !== other.Kind || value.Raw !== other.Raw) return false;
  if (value.Children.length !== other.Children.length) return false;
  const isObject = value.Kind === valueKinds.object;
  const children = isObject ? byName(value.Children) : value.Children;
  const others = isObject ? byName(other.Children) : other.Children;
  return children.every(({ Name: name, Value: child }, index) => {
    const twin = others[index];
    return twin !== undefined && twin.Name === name && isSameValue(budget, child, twin.Value);
  });
}

function byName(children: readonly ChildValue[]): readonly ChildValue[] {
  return children.toSorted((left, right) => compareCodePoints(left.Name, right.Name));
}

/** Whether an answer cannot be of both types. */
export function haveTypesInConflict(schema: Schema, type: TypeReference, other: TypeReference): boolean {
  if (type.Elem !== undefined && other.Elem !== undefined) {
    return haveTypesInConflict(schema, type.Elem, other.Elem);
  }
  if (type.Elem !== undefined || other.Elem !== undefined || type.NonNull !== other.NonNull) return true;
  const [named, otherNamed] = [schema.types.get(type.NamedType), schema.types.get(other.NamedType)];
  if (named === undefined || otherNamed === undefined) return false;
  return isLeafKind(named) && isLeafKind(otherNamed) && named.name !== otherNamed.name;
}
