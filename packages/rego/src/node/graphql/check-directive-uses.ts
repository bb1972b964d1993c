import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { argumentOf, type Schema } from "./schema.ts";
import type { FieldDefinition } from "./schema-tree.ts";
import type { Argument, Directive } from "./syntax-tree.ts";

/** Checks a directive of a query. @throws {BuiltinError} */
export function checkDirective(schema: Schema, directive: Directive, location: string): void {
  const { Name: name, Arguments: given } = directive;
  const definition = schema.directives.get(name);
  if (definition === undefined) throw new BuiltinError(`Unknown directive "@${name}"`);
  spend(schema.budget, 0, definition.Locations.length);
  if (!definition.Locations.includes(location)) {
    throw new BuiltinError(`Directive "@${name}" may not be used on ${location}`);
  }
  checkArguments(schema, given, definition, `directive "@${name}"`);
}

/** Checks that each directive stands once, but for those that may be repeated. @throws {BuiltinError} */
export function checkDirectiveList(schema: Schema, directives: readonly Directive[]): void {
  const seen = new Set<string>();
  for (const { Name: name } of directives) {
    if (seen.has(name) && !schema.directives.get(name)?.IsRepeatable) {
      throw new BuiltinError(`The directive "@${name}" can only be used once at this location`);
    }
    seen.add(name);
  }
}

/** Checks the names of arguments: all known, none twice, and all there that must be. @throws {BuiltinError} */
export function checkArguments(
  schema: Schema,
  given: readonly Argument[],
  definition: Pick<FieldDefinition, "Arguments">,
  where: string,
): void {
  const names = new Set<string>();
  for (const { Name: name } of given) {
    if (names.has(name)) throw new BuiltinError(`There can be only one argument named "${name}"`);
    if (argumentOf(schema, definition, name) === undefined) {
      throw new BuiltinError(`Unknown argument "${name}" on ${where}`);
    }
    names.add(name);
  }
  spend(schema.budget, 0, definition.Arguments.length);
  for (const { Name: name, Type: type, DefaultValue: value } of definition.Arguments) {
    if (!type.NonNull || value !== undefined || names.has(name)) continue;
    throw new BuiltinError(`Argument "${name}" of ${where} is required, but it was not provided`);
  }
}
