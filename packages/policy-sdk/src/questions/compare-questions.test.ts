import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { PolicySdkError } from "../errors.ts";
import { compareQuestions } from "./compare-questions.ts";
import { formatQuestions, parseQuestions } from "./questions-file.ts";
import { questionsOf } from "./questions-of.ts";

const settings = v.object({
  level: v.optional(v.picklist(["low", "high"]), "low"),
  ranges: v.optional(v.array(v.object({ min: v.number() })), []),
  weights: v.optional(v.record(v.string(), v.number()), {}),
});
const form = questionsOf(settings);
const text = formatQuestions(form, "made");
const compared = (file: string) => compareQuestions(parseQuestions("questions-ui.yml", file), form);

describe("compareQuestions", () => {
  it("policies-and-sdk 13: finds nothing in what was generated", () => {
    expect(text).toMatch(/^# made\n# No form can ask for: weights\nquestions:\n/);
    expect(compared(text)).toEqual([]);
  });

  it.each([
    ["a label", "label: level", "label: Level of care"],
    ["a group", "group: Settings", "group: Care"],
    [
      "a question for what no form can ask for",
      "questions:\n",
      "questions:\n  - {variable: weights, type: string}\n",
    ],
  ])("leaves %s to the author", (_row, from, to) => {
    expect(text).toContain(from);
    expect(compared(text.replace(from, to))).toEqual([]);
  });

  it.each([
    ["type: enum", "type: string", 'level: type: expected "enum", received "string"'],
    ["- high", "- higher", 'level: options: expected ["low","high"], received ["low","higher"]'],
    ["default: low", "default: high", 'level: default: expected "low", received "high"'],
    ["    default: low\n", "", 'level: default: expected "low", received none'],
    [
      "questions:\n",
      "questions:\n  - {variable: other, type: string}\n",
      "other: is asked for, but the settings have no such member",
    ],
  ])("policies-and-sdk 13: finds %j turned into %j", (from, to, finding) => {
    expect(text).toContain(from);
    expect(compared(text.replace(from, to))).toEqual([finding]);
  });

  it("policies-and-sdk 13: finds a question that became another, in a list too", () => {
    expect(compared(text.replace("variable: min", "variable: low"))).toEqual([
      "ranges[].low: is asked for, but the settings have no such member",
      "ranges[].min: no question asks for this setting",
    ]);
  });
});

it.each([
  ["questions: [", /^questions-ui\.yml: /],
  ["questions: [{type: string}]", /^questions-ui\.yml: questions\[0\]\.variable: expected a value/],
  ["", /^questions-ui\.yml: /],
])("parseQuestions refuses %j", (file, message) => {
  const parsing = () => parseQuestions("questions-ui.yml", file);
  expect(parsing).toThrow(PolicySdkError);
  expect(parsing).toThrow(message);
});
