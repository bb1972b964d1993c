import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { questionsOf } from "./questions-of.ts";

const range = v.object({ min: v.number(), max: v.optional(v.number()) });

/** The one question for a setting `a`, without what all have. */
function questionFor(schema: v.GenericSchema) {
  const { questions, unasked } = questionsOf(v.object({ a: schema }));
  const [{ variable, label, group, ...question } = { variable: undefined, label: "", group: "" }] = questions;
  return unasked.length > 0 ? { unasked } : { question, named: [variable, label, group] };
}

describe("questionsOf", () => {
  it.each([
    ["a boolean with default", v.optional(v.boolean(), false), { type: "boolean", default: false }],
    ["a string", v.string(), { type: "string", required: true }],
    ["a string that may be null", v.nullish(v.string()), { type: "string" }],
    ["text or number", v.nullish(v.union([v.number(), v.string()])), { type: "string" }],
    ["a number", v.optional(v.pipe(v.number(), v.integer())), { type: "int" }],
    [
      "a list of names",
      v.optional(v.picklist(["x", "y"]), "x"),
      { type: "enum", options: ["x", "y"], default: "x" },
    ],
    ["one literal", v.literal("x"), { type: "enum", options: ["x"], required: true }],
    [
      "a union of literals",
      v.union([v.literal("x"), v.literal("y")]),
      { type: "enum", options: ["x", "y"], required: true },
    ],
    ["strings", v.optional(v.array(v.string()), ["b"]), { type: "array[", default: ["b"] }],
    ["strings by name", v.optional(v.record(v.string(), v.string()), {}), { type: "map[", default: {} }],
    [
      "strings by name behind a check",
      v.pipe(
        v.unknown(),
        v.check(() => true),
        v.record(v.string(), v.string()),
      ),
      { type: "map[", required: true },
    ],
    [
      "objects",
      v.optional(v.array(range)),
      {
        type: "sequence[",
        hide_input: true,
        sequence_questions: [
          { variable: "min", label: "min", type: "int", required: true },
          { variable: "max", label: "max", type: "int" },
        ],
      },
    ],
    [
      "an object",
      v.optional(v.strictObject({ b: v.optional(v.boolean()) })),
      { type: "map[", hide_input: true, subquestions: [{ variable: "a.b", label: "b", type: "boolean" }] },
    ],
  ])("policies-and-sdk 13: asks for %s", (_row, schema, question) => {
    expect(questionFor(schema)).toEqual({ question, named: ["a", "a", "Settings"] });
  });

  it.each([
    ["anything", v.unknown()],
    ["a list of numbers", v.array(v.number())],
    ["objects by name", v.record(v.string(), range)],
    ["a number or a list", v.union([v.number(), v.array(v.string())])],
    ["numbers to choose from", v.picklist([1, 2])],
  ])("cannot ask for %s", (_row, schema) => {
    expect(questionFor(schema)).toEqual({ unasked: ["a"] });
  });

  it.each([
    ["outside of the default", v.pipe(v.optional(v.string(), "x"), v.title("T"), v.description("D"))],
    ["inside of the default", v.optional(v.pipe(v.string(), v.title("T"), v.description("D")), "x")],
  ])("takes title and description from %s", (_row, schema) => {
    const { questions } = questionsOf(v.object({ a: schema }));
    expect(questions[0]).toMatchObject({ label: "T", description: "D", default: "x" });
  });

  it("shows members of a variant only for their values", () => {
    const ranges = v.array(range);
    const schema = v.variant("rule", [
      v.object({ rule: v.literal("Must"), ranges, level: v.string() }),
      v.object({ rule: v.literal("May"), ranges }),
      v.object({ rule: v.literal("Any") }),
    ]);
    const inner = questionsOf(v.object({ user: schema })).questions[0]?.subquestions ?? [];
    expect(inner.map(({ variable, type, options, show_if }) => [variable, type, options, show_if])).toEqual([
      ["user.rule", "enum", ["Must", "May", "Any"], undefined],
      ["user.ranges", "sequence[", undefined, "user.rule=Must||user.rule=May"],
      ["user.level", "string", undefined, "user.rule=Must"],
    ]);
    const outer = questionsOf(schema).questions;
    expect(outer.map(({ show_if }) => show_if)).toEqual([undefined, "rule=Must||rule=May", "rule=Must"]);
  });

  it("asks nothing when settings are no object", () => {
    expect(questionsOf(v.unknown())).toEqual({ questions: [], unasked: [] });
  });
});
