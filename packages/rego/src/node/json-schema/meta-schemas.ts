import type { Json, JsonObject } from "./json-document.ts";
import type { Draft } from "./schema-node.ts";

type Plain = null | boolean | string | number | readonly Plain[] | { readonly [key: string]: Plain };

/** The schema that schemas of a draft must match: references to it are the only ones that lead out of a document. */
export function metaSchema(draft: Draft): Json {
  const number = draft === 4 ? 4 : draft === 6 ? 6 : 7;
  const schema = number === 4 ? draft4() : laterDraft(number);
  return jsonOf({ ...schema, $schema: `http://json-schema.org/draft-0${number}/schema#` });
}

function jsonOf(value: Plain): Json {
  if (typeof value === "number") return { text: String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(jsonOf);
  const members: JsonObject = new Map();
  for (const [key, member] of Object.entries(value)) members.set(key, jsonOf(member));
  return members;
}

const self: Plain = { $ref: "#" };
const definition = (name: string): Plain => ({ $ref: `#/definitions/${name}` });

/** One keyword after the other, each with the same schema. */
function each(names: string, schema: Plain): { readonly [key: string]: Plain } {
  return Object.fromEntries(names.split(" ").map((name) => [name, schema]));
}

const types = ["array", "boolean", "integer", "null", "number", "object", "string"];
const schemasByName: Plain = { type: "object", additionalProperties: self };
const booleanOrSchema: Plain = { anyOf: [{ type: "boolean" }, self] };

/** What all drafts say. */
function shared(natural: string): { readonly [key: string]: Plain } {
  return {
    ...each("title description", { type: "string" }),
    ...each("maximum minimum", { type: "number" }),
    ...each("maxLength maxItems maxProperties", definition(natural)),
    ...each("minLength minItems minProperties", definition(`${natural}Default0`)),
    pattern: { type: "string", format: "regex" },
    items: { anyOf: [self, definition("schemaArray")] },
    uniqueItems: { type: "boolean" },
    required: definition("stringArray"),
    ...each("definitions properties patternProperties", schemasByName),
    dependencies: { type: "object", additionalProperties: { anyOf: [self, definition("stringArray")] } },
    enum: { type: "array", minItems: 1, uniqueItems: true },
    type: {
      anyOf: [
        definition("simpleTypes"),
        { type: "array", items: definition("simpleTypes"), minItems: 1, uniqueItems: true },
      ],
    },
    format: { type: "string" },
    ...each("allOf anyOf oneOf", definition("schemaArray")),
    not: self,
  };
}

function definitions(natural: string, stringArray: Plain): Plain {
  return {
    schemaArray: { type: "array", minItems: 1, items: self },
    [natural]: { type: "integer", minimum: 0 },
    [`${natural}Default0`]: { allOf: [definition(natural), { default: 0 }] },
    simpleTypes: { enum: types },
    stringArray,
  };
}

function draft4(): { readonly [key: string]: Plain } {
  const strings = { type: "array", items: { type: "string" }, minItems: 1, uniqueItems: true };
  return {
    id: "http://json-schema.org/draft-04/schema#",
    type: "object",
    definitions: definitions("positiveInteger", strings),
    properties: {
      ...shared("positiveInteger"),
      ...each("id $schema", { type: "string" }),
      multipleOf: { type: "number", minimum: 0, exclusiveMinimum: true },
      ...each("exclusiveMaximum exclusiveMinimum", { type: "boolean" }),
      ...each("additionalItems additionalProperties", booleanOrSchema),
    },
    dependencies: { exclusiveMaximum: ["maximum"], exclusiveMinimum: ["minimum"] },
  };
}

function laterDraft(number: 6 | 7): { readonly [key: string]: Plain } {
  const strings = { type: "array", items: { type: "string" }, uniqueItems: true };
  const draft7 = {
    $comment: { type: "string" },
    readOnly: { type: "boolean" },
    patternProperties: { type: "object", additionalProperties: self, propertyNames: { format: "regex" } },
    ...each("contentMediaType contentEncoding", { type: "string" }),
    ...each("if then else", self),
  };
  return {
    $id: `http://json-schema.org/draft-0${number}/schema#`,
    type: ["object", "boolean"],
    definitions: definitions("nonNegativeInteger", strings),
    properties: {
      ...shared("nonNegativeInteger"),
      ...each("$id $ref", { type: "string", format: "uri-reference" }),
      $schema: { type: "string", format: "uri" },
      examples: { type: "array" },
      multipleOf: { type: "number", exclusiveMinimum: 0 },
      ...each("exclusiveMaximum exclusiveMinimum", { type: "number" }),
      ...each("additionalItems contains additionalProperties propertyNames", self),
      ...(number === 7 ? draft7 : {}),
    },
  };
}
