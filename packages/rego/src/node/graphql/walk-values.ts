import { spend } from "../../core/work-budget.ts";
import { checkDirective, checkDirectiveList } from "./check-directive-uses.ts";
import { checkValue, checkVariable } from "./check-values.ts";
import type { Scope, ValuePlace } from "./query-scope.ts";
import { argumentOf, namedType, type Schema } from "./schema.ts";
import type { ArgumentDefinition, FieldDefinition } from "./schema-tree.ts";
import {
  type Argument,
  type ChildValue,
  type Directive,
  type TypeReference,
  type Value,
  valueKinds,
} from "./syntax-tree.ts";

/** Checks directives and their arguments. */
export function walkDirectives(scope: Scope, directives: readonly Directive[], location: string): void {
  for (const directive of directives) {
    const definition = scope.schema.directives.get(directive.Name);
    walkArguments(scope, directive.Arguments, definition);
    checkDirective(scope.schema, directive, location);
  }
  checkDirectiveList(scope.schema, directives);
}

/** @param definition - of the field or the directive that has the arguments, when it is known */
export function walkArguments(
  scope: Scope,
  given: readonly Argument[],
  definition: Pick<FieldDefinition, "Arguments"> | undefined,
): void {
  for (const { Name: name, Value: value } of given) {
    const argument = definition && argumentOf(scope.schema, definition, name);
    walkValue(scope, value, argument && definedPlace(scope.schema, argument));
  }
}

/** What is expected where a type is written. */
export function valuePlace({ types }: Schema, expected: TypeReference): ValuePlace {
  return { expected, type: types.get(namedType(expected)), hasDefault: false };
}

function definedPlace(schema: Schema, { Type: type, DefaultValue: value }: ArgumentDefinition): ValuePlace {
  const hasDefault = value !== undefined && value.Kind !== valueKinds.null;
  return { ...valuePlace(schema, type), hasDefault };
}

/** Checks a value and those inside. Nothing is expected where `place` is missing. */
export function walkValue(scope: Scope, value: Value, place: ValuePlace | undefined): void {
  const inner = { ...scope, depth: scope.depth + 1 };
  spend(scope.schema.budget, inner.depth, 1 + value.Children.length);
  if (value.Kind === valueKinds.variable) scope.usedVariables.add(value.Raw);
  if (value.Kind === valueKinds.object || value.Kind === valueKinds.list) {
    for (const child of value.Children) {
      walkValue(inner, child.Value, childPlace(scope.schema, value, child, place));
    }
  }
  if (value.Kind === valueKinds.variable) checkVariable(scope, value, place);
  checkValue(scope, value, place);
}

function childPlace(
  schema: Schema,
  { Kind: kind }: Value,
  { Name: name }: ChildValue,
  place: ValuePlace | undefined,
): ValuePlace | undefined {
  if (kind === valueKinds.object) {
    const field = place?.type?.fieldsByName.get(name);
    return field && definedPlace(schema, field);
  }
  const elem = place?.expected.Elem;
  return elem && { expected: elem, type: place?.type, hasDefault: false };
}
