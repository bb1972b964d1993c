import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import type { Schema, SchemaType } from "./schema.ts";

/** Refuses input objects that no value has: they contain themselves, and nothing on the way may be left out. @throws {BuiltinError} */
export function checkInputCycles(schema: Schema): void {
  const search: Search = { schema, done: new Set(), open: new Set() };
  for (const type of schema.types.values()) {
    if (type.kind === "INPUT_OBJECT") visit(search, type);
  }
}

interface Search {
  readonly schema: Schema;
  readonly done: Set<SchemaType>;
  readonly open: Set<SchemaType>;
}

function visit(search: Search, type: SchemaType): void {
  const { schema, done, open } = search;
  if (done.has(type)) return;
  open.add(type);
  for (const { Name: name, Type: reference } of type.fields) {
    spend(schema.budget, open.size);
    const isNeeded = reference.NonNull && reference.NamedType !== "";
    const inner = isNeeded ? schema.types.get(reference.NamedType) : undefined;
    if (inner?.kind !== "INPUT_OBJECT") continue;
    if (open.has(inner)) {
      throw new BuiltinError(
        `Cannot reference Input Object ${inner.name} within itself through field ${name}`,
      );
    }
    visit(search, inner);
  }
  open.delete(type);
  done.add(type);
}
