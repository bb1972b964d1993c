import { BuiltinError } from "../../errors.ts";
import type { JsonObject } from "./json-document.ts";
import { canBeSchema, listMember, type ReadSchema } from "./keyword-members.ts";
import { isSince, type SchemaNode } from "./schema-node.ts";

/** Keywords that join schemas, in the order in which mistakes are told. @throws {BuiltinError} */
export function readCombinations(node: SchemaNode, document: JsonObject, read: ReadSchema): void {
  const list = (keyword: string): readonly SchemaNode[] => listMember(document, keyword)?.map(read) ?? [];
  const one = (keyword: string): SchemaNode | undefined => {
    const value = document.get(keyword);
    if (value === undefined) return undefined;
    if (!canBeSchema(value)) throw new BuiltinError(`${keyword} must be of an object`);
    return read(value);
  };
  node.oneOf = list("oneOf");
  node.anyOf = list("anyOf");
  node.allOf = list("allOf");
  const not = one("not");
  if (not !== undefined) node.not = not;
  if (!isSince(node.draft, 7)) return;
  for (const keyword of ["if", "then", "else"] as const) {
    const schema = one(keyword);
    if (schema !== undefined) node[keyword] = schema;
  }
}
