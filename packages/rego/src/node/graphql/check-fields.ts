import { BuiltinError } from "../../errors.ts";
import { checkArguments } from "./check-directive-uses.ts";
import { checkIntrospection } from "./check-introspection.ts";
import type { FieldPlace, QueryCheck } from "./query-scope.ts";
import { isLeafKind, namedType } from "./schema.ts";
import type { Field } from "./syntax-tree.ts";

/** Checks a field where it stands (GraphQL, sections 5.3 and 5.4). @throws {BuiltinError}; {RegoError} `REGO_LIMIT` */
export function checkField(check: QueryCheck, field: Field, { parent, definition }: FieldPlace): void {
  const { Name: name, SelectionSet: selections } = field;
  if (definition === undefined) {
    // Where the type is not known, something else is wrong, and that is told.
    if (parent !== undefined) throw new BuiltinError(`Cannot query field "${name}" on type "${parent.name}"`);
    return;
  }
  if (parent !== undefined)
    checkArguments(check.schema, field.Arguments, definition, `field "${parent.name}.${name}"`);
  const type = check.schema.types.get(namedType(definition.Type));
  if (type !== undefined && isLeafKind(type) !== (selections.length === 0)) {
    const problem = isLeafKind(type) ? "must not have a selection" : "must have a selection of subfields";
    throw new BuiltinError(`Field "${name}" of type "${type.name}" ${problem}`);
  }
  if (name === "__schema" || name === "__type") checkIntrospection(check, field);
}
