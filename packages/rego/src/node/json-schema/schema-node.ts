import type { Pattern } from "./pattern.ts";
import type { SchemaNumber } from "./schema-number.ts";

export const jsonTypes = ["array", "boolean", "integer", "number", "null", "object", "string"] as const;
export type JsonType = (typeof jsonTypes)[number];

/** Which keywords hold: those of draft 4, 6 or 7, or all of them. */
export type Draft = 4 | 6 | 7 | "hybrid";

/** A schema that was read; it is filled while it is read, and may then stand inside itself. */
export interface SchemaNode {
  readonly draft: Draft;
  /** `true` and `false` as schemas. */
  pass?: boolean;
  /** Where the schema is in truth: nothing else counts then. */
  reference?: SchemaNode;
  readonly types: JsonType[];
  properties: Map<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  patternProperties: { readonly pattern: Pattern; readonly schema: SchemaNode }[];
  propertyNames?: SchemaNode;
  dependencies: Map<string, readonly string[] | SchemaNode>;
  required: readonly string[];
  minProperties?: number;
  maxProperties?: number;
  /** One schema for all items, or one for each of the first. */
  items: { readonly isForAll: boolean; readonly schemas: readonly SchemaNode[] };
  additionalItems?: boolean | SchemaNode;
  contains?: SchemaNode;
  minItems?: number;
  maxItems?: number;
  uniqueItems: boolean;
  minimum?: SchemaNumber;
  exclusiveMinimum?: SchemaNumber;
  maximum?: SchemaNumber;
  exclusiveMaximum?: SchemaNumber;
  multipleOf?: SchemaNumber;
  minLength?: number;
  maxLength?: number;
  pattern?: Pattern;
  format?: string;
  /** The canonical text of the one value that is allowed. */
  constant?: string;
  /** The canonical texts of the values that are allowed. */
  enumeration?: { readonly texts: ReadonlySet<string>; readonly joined: string };
  allOf: readonly SchemaNode[];
  anyOf: readonly SchemaNode[];
  oneOf: readonly SchemaNode[];
  not?: SchemaNode;
  if?: SchemaNode;
  then?: SchemaNode;
  else?: SchemaNode;
}

export function emptyNode(draft: Draft): SchemaNode {
  return {
    draft,
    types: [],
    properties: new Map(),
    patternProperties: [],
    dependencies: new Map(),
    required: [],
    items: { isForAll: false, schemas: [] },
    uniqueItems: false,
    allOf: [],
    anyOf: [],
    oneOf: [],
  };
}

/** Whether a draft has keywords that came with another. */
export function isSince(draft: Draft, first: 6 | 7): boolean {
  return draft === "hybrid" || draft >= first;
}
