import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KwctlError } from "../errors.ts";
import { parseSuite } from "./suite-file.ts";

const suite = (fields: object): string =>
  JSON.stringify({ apiVersion: "kubewarden-ts/v1", kind: "TestSuite", ...fields });
const aCase = { name: "c", object: "pod.yaml", expect: { allowed: true } };
const test = { name: "t", policy: "p.wasm", cases: [aCase] };

describe("parseSuite", () => {
  it("fills in what a suite leaves out", () => {
    const { tests } = parseSuite(suite({ tests: [test] }), "s.yml");
    expect(tests).toMatchObject([{ ...test, raw: false, cases: [{ ...aCase, skip: false }] }]);
  });

  it.each<[string, string, string]>([
    ["no document", "", "expected one document, received 0"],
    ["two documents", "a: 1\n---\nb: 1", "expected one document, received 2"],
    ["no YAML", "a: [", "at line 1 column"],
    ["a list", "[]", "expected a mapping, received Array"],
    [
      "another version",
      suite({ apiVersion: "v2", tests: [test] }),
      'apiVersion: expected "kubewarden-ts/v1"',
    ],
    ["another kind", suite({ kind: "Test", tests: [test] }), 'kind: expected "TestSuite"'],
    ["no test", suite({ tests: [] }), "tests: expected at least one test"],
    ["no case", suite({ tests: [{ ...test, cases: [] }] }), "tests[0].cases: expected at least one case"],
    [
      "unknown fields",
      suite({ tests: [{ ...test, polices: "p" }] }),
      "tests[0].polices: expected no such field",
    ],
    [
      "two mistakes",
      suite({ tests: [{ ...test, name: 1, policy: true }] }),
      "tests[0].name: expected string, received Object\ntests[0].policy: expected string, received true",
    ],
  ])("refuses %s", (_row, text, message) => {
    expect(() => parseSuite(text, "s.yml")).toThrow(message);
    expect(() => parseSuite(text, "s.yml")).toThrow("Cannot parse suite s.yml");
  });

  it("reads or refuses whatever it is given", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => suite({ tests: value })),
      fc.jsonValue().map((value) => suite({ tests: [{ ...test, cases: [{ ...aCase, expect: value }] }] })),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parseSuite(text, "s.yml");
        } catch (error) {
          expect(error).toBeInstanceOf(KwctlError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
