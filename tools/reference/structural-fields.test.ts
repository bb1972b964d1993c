import { expect, it } from "vitest";
import { structuralFields } from "./structural-fields.ts";

const text = { type: "string" };

it("style 2: every field of a schema is listed, what must be there first", () => {
  const schema = {
    type: "object",
    required: ["module"],
    properties: {
      mode: { type: "string", enum: ["a", "b"], default: "a", description: "How." },
      module: text,
      seconds: { type: "integer", minimum: 2, maximum: 30 },
      rules: {
        type: "array",
        items: { type: "object", properties: { groups: { type: "array", items: text } } },
      },
      members: {
        type: "object",
        additionalProperties: { type: "object", required: ["name"], properties: { name: text } },
      },
      settings: { type: "object", nullable: true },
      cpu: { "x-kubernetes-int-or-string": true, pattern: "x" },
      available: { "x-kubernetes-int-or-string": true },
      since: { type: "string", format: "date-time" },
    },
  };
  expect(structuralFields(schema).map((field) => Object.values(field))).toEqual([
    ["module", "string", "required", ""],
    ["available", "integer or string", "", ""],
    ["cpu", "quantity", "", ""],
    ["members", "map to object", "", ""],
    ["members.<name>.name", "string", "required", ""],
    ["mode", "`a` or `b`", '`"a"`', "How."],
    ["rules", "list of object", "", ""],
    ["rules[].groups", "list of string", "", ""],
    ["seconds", "integer, 2 to 30", "", ""],
    ["settings", "object or null", "", ""],
    ["since", "date and time", "", ""],
  ]);
});
