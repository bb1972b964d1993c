import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { argumentOf, type Schema } from "./schema.ts";
import { type Argument, type Directive, valueKinds } from "./syntax-tree.ts";

export interface DirectivePlace {
  readonly location: string;
  /** Whether all stand at one place, where each may be once. */
  readonly isOnePlace: boolean;
  /** The directive that is defined here, which cannot use itself. */
  readonly defined?: string | undefined;
}

/** Checks the directives of a part of a schema. @throws {BuiltinError} */
export function checkDirectives(
  schema: Schema,
  directives: readonly Directive[],
  { location, isOnePlace, defined }: DirectivePlace,
): void {
  const seen = new Set<string>();
  for (const directive of directives) {
    const { Name: name } = directive;
    if (name.startsWith("__")) throw new BuiltinError(`Name "${name}" must not begin with "__"`);
    if (name === defined) throw new BuiltinError(`Directive ${name} cannot refer to itself`);
    const definition = schema.directives.get(name);
    if (definition === undefined) throw new BuiltinError(`Undefined directive ${name}`);
    if (isOnePlace && seen.has(name) && !definition.IsRepeatable) {
      throw new BuiltinError(`The directive ${name} can only be used once at this location`);
    }
    seen.add(name);
    spend(schema.budget, 0, definition.Locations.length);
    if (!definition.Locations.includes(location)) {
      throw new BuiltinError(`Directive ${name} is not applicable on ${location}`);
    }
    checkArgumentsOf(schema, directive);
  }
}

/** Values are not looked at, but for `null` where something must be. */
function checkArgumentsOf(schema: Schema, { Name: name, Arguments: given }: Directive): void {
  const definition = schema.directives.get(name)!;
  const values = new Map<string, Argument>();
  for (const argument of given) {
    if (argumentOf(schema, definition, argument.Name) === undefined) {
      throw new BuiltinError(`Undefined argument ${argument.Name} for directive ${name}`);
    }
    if (!values.has(argument.Name)) values.set(argument.Name, argument);
  }
  for (const { Name: needed, Type: type, DefaultValue: defaultValue } of definition.Arguments) {
    if (!type.NonNull || defaultValue !== undefined) continue;
    const value = values.get(needed)?.Value;
    if (value === undefined || value.Kind === valueKinds.null) {
      throw new BuiltinError(`Argument ${needed} for directive ${name} cannot be null`);
    }
  }
}
