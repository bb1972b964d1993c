import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelRequirement } from "./label-requirement.ts";
import {
  formatLabelSelector,
  type LabelRequirement,
  LabelSelectorError,
  type LabelSelectorObject,
  matchesLabels,
  parseLabelSelector,
  selectorOf,
} from "./label-selector.ts";

describe("a selector as text", () => {
  it.each([
    ["", {}, true],
    ["app=web", { app: "web" }, true],
    ["app==web", { app: "db" }, false],
    ["app=web", {}, false],
    ["app!=web", {}, true],
    ["app!=web", { app: "web" }, false],
    [" tier in ( front , back ) ", { tier: "back" }, true],
    ["tier in (front,back)", {}, false],
    ["tier notin (front,back)", { tier: "front" }, false],
    ["tier notin (front,back)", {}, true],
    ["critical", { critical: "" }, true],
    ["!debug", { debug: "" }, false],
    ["level<3", {}, false],
    ["!debug,app=web", { app: "web" }, true],
    ["level>3", { level: "4" }, true],
    ["level>3", { level: "3" }, false],
    ["level>3", { level: "x" }, false],
    ["level<3", { level: "2" }, true],
    ["app=", { app: "" }, true],
    ["app in (,a)", { app: "" }, true],
    ["a.test/app=web", { "a.test/app": "web" }, true],
    ["toString", {}, false],
    ["in in (in)", { in: "in" }, true],
  ])("%s for %j: %s", (text, labels, expected) => {
    expect(matchesLabels(parseLabelSelector(text), labels)).toBe(expected);
  });

  it("asks nothing of labels that are not there", () => {
    expect(matchesLabels(parseLabelSelector("!a"), null)).toBe(true);
    expect(matchesLabels(parseLabelSelector("a"), undefined)).toBe(false);
  });

  it.each([
    ...[
      ",",
      "a,",
      ",a",
      "a b",
      "a=b c",
      "a in",
      "a in b",
      "a in (b",
      "a in (b))",
      "(a)",
      "=a",
      "!",
      "!!a",
      "a=b=c",
    ],
    ...[
      "a>",
      "a>x",
      "a>-1",
      "a!b",
      "a/b/c",
      "/a",
      "A_/a",
      `${"x".repeat(64)}`,
      `a=${"x".repeat(64)}`,
      "a=-",
      "-a",
      "é",
      "a in ()b",
    ],
  ])("refuses %j", (text) => {
    expect(() => parseLabelSelector(text)).toThrow(LabelSelectorError);
  });

  it("is read as it is written", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,8}[A-Za-z0-9])?$/);
    const integer = fc.nat().map(String);
    const requirement = fc.oneof(
      fc.tuple(word, fc.constantFrom("In", "NotIn"), fc.array(word, { minLength: 1, maxLength: 3 })),
      fc.tuple(word, fc.constantFrom("Exists", "DoesNotExist"), fc.constant([])),
      fc.tuple(word, fc.constantFrom("Gt", "Lt"), fc.tuple(integer)),
    );
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), (parts) => {
        const selector = parts.map(([key, operator, values]): LabelRequirement => {
          return labelRequirement(key, operator, values);
        });
        expect(parseLabelSelector(formatLabelSelector(selector))).toEqual(selector);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws anything but its error, whatever the text is", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(..."aA1 =!<>(),/.-_\n", "in", "notin") }),
    );
    fc.assert(
      fc.property(text, (text) => {
        try {
          const selector = parseLabelSelector(text);
          expect(parseLabelSelector(formatLabelSelector(selector))).toEqual(selector);
        } catch (error) {
          expect(error).toBeInstanceOf(LabelSelectorError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("takes time linear in the text", () => {
    const started = performance.now();
    for (const unit of ["a", "a.", " ", "(", "!", "a=b,", "a in (b),"]) {
      expect(() => parseLabelSelector(`${unit.repeat(20_000)}(`)).toThrow(LabelSelectorError);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("a selector of an object", () => {
  it.each<[LabelSelectorObject, string]>([
    [{}, ""],
    [{ matchLabels: null, matchExpressions: null }, ""],
    [{ matchLabels: { a: "b", c: "" } }, "a=b,c="],
    [{ matchExpressions: [{ key: "a", operator: "NotIn", values: ["b", "c"] }] }, "a notin (b,c)"],
    [{ matchLabels: { a: "b" }, matchExpressions: [{ key: "c", operator: "Exists" }] }, "a=b,c"],
    [{ matchExpressions: [{ key: "c", operator: "DoesNotExist", values: [] }] }, "!c"],
  ])("%j is %s", (object, text) => {
    expect(formatLabelSelector(selectorOf(object))).toBe(text);
  });

  it.each<[string, LabelSelectorObject]>([
    ['unknown operator "Gt"', { matchExpressions: [{ key: "a", operator: "Gt", values: ["1"] }] }],
    ["In takes some values, not no", { matchExpressions: [{ key: "a", operator: "In" }] }],
    [
      "Exists takes no values, not one",
      { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] },
    ],
    ['not a label key: "a b"', { matchLabels: { "a b": "c" } }],
    ['not a label value: "b c"', { matchLabels: { a: "b c" } }],
  ])("throws: %s", (message, object) => {
    expect(() => selectorOf(object)).toThrow(new LabelSelectorError(message));
  });
});
