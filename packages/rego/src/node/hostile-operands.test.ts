import { describe, expect, it } from "vitest";
import { builtinContext } from "../../fixtures/builtin-context.ts";
import type { RegoValue } from "../core/value.ts";
import { builtinNames, loadBuiltins } from "./index.ts";

const table = await loadBuiltins(builtinNames);

function call(name: string, ...operands: readonly RegoValue[]): RegoValue | undefined {
  return table[name]?.(operands, builtinContext());
}

const repeat = (count: number, make: (index: number) => unknown) =>
  Array.from({ length: count }, (_, i) => make(i));

/** Each schema refers twice to the next one: there are two to the power of 40 ways through. */
const doubling = JSON.stringify({
  definitions: {
    ...Object.fromEntries(
      repeat(40, (i) => i).map((i) => [
        `d${i}`,
        { allOf: [{ $ref: `#/definitions/d${Number(i) + 1}` }, { $ref: `#/definitions/d${Number(i) + 1}` }] },
      ]),
    ),
    d40: { type: "string" },
  },
  $ref: "#/definitions/d0",
});

/** Fields of the same name inside each other, twice each. */
const twins = (depth: number): string =>
  depth === 0 ? "{b}" : `{a${twins(depth - 1)} a${twins(depth - 1)}}`;
const graphqlSchema = "type Query { a(x: [[Int]]): Query b: Int }";

describe("policy-runtime 48: operands that would take too long, or too much room, end the evaluation", () => {
  it.each<[string, string, readonly RegoValue[]]>([
    ["a schema that refers to itself", "json.match_schema", ["{}", '{"$ref": "#"}']],
    ["a schema that is its own part", "json.match_schema", ["{}", '{"allOf": [{"$ref": "#"}]}']],
    ["a schema with too many ways", "json.match_schema", ["{}", doubling]],
    ["a document that is too deep", "json.match_schema", ["[".repeat(600) + "]".repeat(600), "{}"]],
    ["a number beyond all doubles", "json.match_schema", ["[1e999]", '{"items": {"multipleOf": 2}}']],
    [
      "errors that are longer than a result may be",
      "json.match_schema",
      [
        JSON.stringify({ ["k".repeat(100_000)]: repeat(1000, () => 1) }),
        '{"additionalProperties": {"items": false}}',
      ],
    ],
    [
      "references inside of an id that is long",
      "json.verify_schema",
      [
        JSON.stringify({
          $id: `http://a/${"b/".repeat(50_000)}`,
          items: repeat(1000, () => ({ $ref: "x" })),
        }),
      ],
    ],
    ["selections that are too deep", "graphql.parse_query", [`${"{a".repeat(2000)}{b}${"}".repeat(2000)}`]],
    ["lists that are too deep", "graphql.parse_query", [`{a(x: ${"[".repeat(2000)}${"]".repeat(2000)})}`]],
    ["a type that is too deep", "graphql.schema_is_valid", [`type A { a: ${"[".repeat(2000)}`]],
    ["too many tokens", "graphql.parse_query", [`{${"a ".repeat(600_000)}}`]],
    ["fields that overlap too often", "graphql.is_valid", [twins(10), graphqlSchema]],
    [
      "fragments that spread too often",
      "graphql.is_valid",
      [
        `{...F0}${repeat(300, (i) => `fragment F${i} on Query {...F${Number(i) + 1} a{...F${Number(i) + 1}}}`).join(" ")} fragment F300 on Query {b}`,
        graphqlSchema,
      ],
    ],
  ])("%s", (_, name, operands) => {
    expect(() => call(name, ...operands)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^REGO_(OUTPUT_)?LIMIT$/) }),
    );
  });
});

describe("patterns take linear time", () => {
  it.each(["(a+)+$", "(a|a)*b", "^(a|aa)+$", "(.*)*x"])("%s", (pattern) => {
    const schema = JSON.stringify({ items: { pattern } });
    const document = JSON.stringify([`${"a".repeat(20_000)}!`]);
    expect(call("json.match_schema", document, schema)).toHaveLength(2);
  });
});

describe("nothing is fetched", () => {
  it.each(["http://127.0.0.1:1/schema.json", "file:///etc/hostname", "https://example.com/s", "ftp://a/b"])(
    "%s",
    (reference) => {
      const schema = JSON.stringify({ $ref: reference });
      expect(call("json.verify_schema", schema)).toEqual([
        false,
        `jsonschema: remote reference loading disabled: ${reference}`,
      ]);
      expect(() => call("json.match_schema", "{}", schema)).toThrow("remote reference loading disabled");
    },
  );
});
