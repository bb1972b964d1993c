import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { coreType, described, Int32, int32Between, structured } from "../described.ts";
import { mapping, objectWith } from "../mapping.ts";
import { structuralSchema } from "./structural-schema.ts";

const coreTypes = (name: string) => ({ type: "object", description: `${name} of a Pod` });
const text = { type: "string" };

describe("structuralSchema", () => {
  it.each<[string, v.GenericSchema, object]>([
    ["text", v.string(), text],
    ["words", described(v.string(), "A word."), { ...text, description: "A word." }],
    ["a choice", v.picklist(["a", "b"]), { ...text, enum: ["a", "b"] }],
    ["what may be missing", v.exactOptional(v.boolean()), { type: "boolean" }],
    [
      "a default",
      v.optional(described(v.boolean(), "Yes?"), true),
      { type: "boolean", description: "Yes?", default: true },
    ],
    ["null", v.nullable(v.string()), { ...text, nullable: true }],
    ["a list", v.array(v.string()), { type: "array", items: text }],
    ["a map", mapping(v.boolean()), { type: "object", additionalProperties: { type: "boolean" } }],
    ["bounds", int32Between(2, 30), { type: "integer", format: "int32", minimum: 2, maximum: 30 }],
    ["no bounds", Int32, { type: "integer", format: "int32" }],
    [
      "lengths and a pattern",
      v.pipe(v.string(), v.minLength(1), v.maxLength(3), v.regex(/^a\/b$/)),
      { ...text, minLength: 1, maxLength: 3, pattern: "^a/b$" },
    ],
    [
      "fields, those that must be there by name",
      objectWith({ b: v.string(), a: v.string(), c: v.exactOptional(v.string()) }),
      { type: "object", properties: { a: text, b: text, c: text }, required: ["a", "b"] },
    ],
    ["an object without fields", objectWith({}), { type: "object" }],
    [
      "what Valibot has no words for",
      structured(v.array(v.string()), { "x-kubernetes-list-type": "atomic" }),
      { type: "array", items: text, "x-kubernetes-list-type": "atomic" },
    ],
    [
      "a type of Kubernetes itself",
      described(coreType("Affinity", objectWith({})), "Where."),
      { type: "object", description: "Where." },
    ],
  ])("says %s", (_what, schema, expected) => {
    expect(structuralSchema(schema, coreTypes)).toEqual(expected);
  });

  it.each<[string, v.GenericSchema]>([
    ["a date", v.date()],
    ["a tuple in a list", v.array(v.tuple([v.string()]))],
  ])("refuses %s, for which there is no word", (_what, schema) => {
    expect(() => structuralSchema(schema, coreTypes)).toThrow("a CustomResourceDefinition has no word for");
  });
});
