import { describe, expect, it, test } from "vitest";
import { builtinContext } from "../../../fixtures/builtin-context.ts";
import { recordedCalls, resultOf } from "../../../fixtures/recorded-call.ts";
import type { BuiltinTable } from "../builtin.ts";
import { jsonValueOf } from "../go/json.ts";
import { numberOf, objectOf, type RegoValue, setOf } from "../value.ts";
import { formatValue } from "../value-text.ts";
import { coreFamilies } from "./families.ts";
import { valueBuiltins } from "./values.ts";

const tables = await Promise.all(coreFamilies.map(({ load }) => load()));
const coreBuiltins: BuiltinTable = Object.assign({}, ...tables);
const names = Object.keys(coreBuiltins).filter((name) => !(name in valueBuiltins));
const calls = Map.groupBy(
  recordedCalls().filter(({ name }) => names.includes(name)),
  ({ name }) => name,
);

/** They print, or are nothing that can be called. */
const unrecorded = ["internal.print", "internal.test_case", "rego.metadata.chain", "rego.metadata.rule"];

test("each function has recorded calls", () => {
  expect([...calls.keys(), ...unrecorded].sort()).toEqual(names.sort());
});

test.each([...calls])("policy-runtime 48: %s gives what OPA gives", (_, recorded) => {
  for (const each of recorded) {
    const result = resultOf(coreBuiltins, each);
    // OPA told its results in JSON.
    const [got, want] = [result, each.want].map((value) => value && formatValue(jsonValueOf(value)));
    expect(got, formatValue(each.operands)).toBe(want);
  }
});

function call(name: string, ...operands: readonly RegoValue[]): RegoValue | undefined {
  return coreBuiltins[name]?.(operands, builtinContext());
}

const n = numberOf;
const repeat = (count: number, make: (index: number) => RegoValue) =>
  Array.from({ length: count }, (_, i) => make(i));
const operation = (members: Record<string, RegoValue>) => objectOf(Object.entries(members));
const nested = (depth: number): RegoValue =>
  repeat(depth, () => null).reduce<RegoValue>((inner) => [inner], "x");
const laughs = repeat(
  40,
  (i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${Number(i) - 1}, *a${Number(i) - 1}`}]`,
).join("\n");

describe("policy-runtime 48: operands that would take too long, or too much room, end the evaluation", () => {
  it.each<[string, string, readonly RegoValue[]]>([
    ["widths of a format", "sprintf", ["%1000000d%[1]*d", [n(1_000_000)]]],
    ["a text that is written again and again", "sprintf", ["%[1]s".repeat(20_000), ["x".repeat(1000)]]],
    ["a replacement that grows", "regex.replace", ["a".repeat(20_000), "a", "$0".repeat(1000)]],
    ["a search that starts over", "regex.find_n", ["(?:.*z|a)", "a".repeat(50_000), n(-1)]],
    [
      "copies of copies",
      "json.patch",
      [[[]], repeat(60, () => operation({ op: "copy", from: "", path: "/-" }))],
    ],
    [
      "changes of a large array",
      "json.patch",
      [repeat(50_000, n), repeat(10_000, () => operation({ op: "add", path: "/0", value: null }))],
    ],
    ["indents", "json.marshal_with_options", [nested(200), objectOf([["indent", " ".repeat(10_000)]])]],
    ["aliases of aliases", "yaml.unmarshal", [laughs]],
    ["a document that is too deep", "yaml.unmarshal", ["[".repeat(5000) + "]".repeat(5000)]],
    [
      "loops in loops",
      "strings.render_template",
      ["{{range 9999}}{{range 9999}}{{end}}{{end}}", objectOf([])],
    ],
    [
      "a template that renders itself",
      "strings.render_template",
      ['{{define "T"}}{{template "T"}}{{end}}{{template "T"}}', objectOf([])],
    ],
    [
      "a variable that doubles",
      "strings.render_template",
      ['{{$x := "xx"}}{{range 64}}{{$x = print $x $x}}{{end}}', objectOf([])],
    ],
    ["lines for all choices", "internal.print", [repeat(30, () => setOf(["a", "b"]))]],
  ])("%s", (_, name, operands) => {
    expect(() => call(name, ...operands)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^REGO_(OUTPUT_)?LIMIT$/) }),
    );
  });
});

describe("patterns take linear time", () => {
  it.each(["(a+)+$", "(a|a)*b", "^(a|aa)+$", "(.*)*x"])("%s", (pattern) => {
    expect(call("regex.find_n", pattern, `${"a".repeat(20_000)}!`, n(-1))).toEqual([]);
  });
});

describe("print", () => {
  const printed = (...operands: readonly RegoValue[]): string[] => {
    const lines: string[] = [];
    coreBuiltins["internal.print"]?.([operands], builtinContext({ print: (text) => void lines.push(text) }));
    return lines;
  };

  it.each<[string, RegoValue[], string[]]>([
    [
      "values as people read them",
      [setOf(["a"]), setOf([objectOf([["k", [n(1), "x"]]])])],
      ['a {"k": [1, "x"]}'],
    ],
    ["what is not defined", [setOf([]), "b"], ["<undefined> b"]],
    ["a line for each choice", [setOf([n(1), n(2)]), setOf(["x", "y"])], ["1 x", "1 y", "2 x", "2 y"]],
    ["an empty line for nothing", [], [""]],
  ])("%s", (_, operands, lines) => {
    expect(printed(...operands)).toEqual(lines);
  });

  it("takes no arrays", () => {
    expect(() => printed([n(1)])).toThrow(expect.objectContaining({ code: "REGO_EVALUATION_FAILED" }));
  });
});

it("trace prints its note", () => {
  const lines: string[] = [];
  const context = builtinContext({ print: (text) => void lines.push(text) });
  expect(coreBuiltins["trace"]?.(["note"], context)).toBe(true);
  expect(lines).toEqual(["note"]);
});

it.each(["rego.metadata.chain", "rego.metadata.rule"])("%s is for the compiler alone", (name) => {
  expect(() => call(name)).toThrow(expect.objectContaining({ code: "REGO_EVALUATION_FAILED" }));
});
