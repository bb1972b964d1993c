import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabelSelectorError, matchesLabels, readLabelSelector } from "./label-selector.ts";

const expression = (operator: string, values?: unknown) => ({
  matchExpressions: [{ key: "tier", operator, ...(values === undefined ? {} : { values }) }],
});

describe("label selectors of Kubernetes objects", () => {
  it.each<[object, Record<string, string>, boolean]>([
    [{}, {}, true],
    [{ matchLabels: null, matchExpressions: null }, { a: "b" }, true],
    [{ matchLabels: { tier: "web" } }, { tier: "web", more: "" }, true],
    [{ matchLabels: { tier: "web" } }, { tier: "db" }, false],
    [{ matchLabels: { tier: "web" } }, {}, false],
    [{ matchLabels: { tier: "" } }, { tier: "" }, true],
    [expression("In", ["a", "b"]), { tier: "b" }, true],
    [expression("In", ["a", "b"]), {}, false],
    [expression("NotIn", ["a"]), { tier: "b" }, true],
    [expression("NotIn", ["a"]), {}, true],
    [expression("NotIn", ["a"]), { tier: "a" }, false],
    [expression("Exists"), { tier: "" }, true],
    [expression("Exists", []), {}, false],
    [expression("DoesNotExist"), {}, true],
    [expression("DoesNotExist"), { tier: "a" }, false],
    [{ matchLabels: { a: "1" }, ...expression("Exists") }, { a: "1" }, false],
    [{ matchLabels: { toString: "1" } }, {}, false],
  ])("%j for %j: %s", (selector, labels, matches) => {
    expect(matchesLabels(readLabelSelector(selector), labels)).toBe(matches);
  });

  it.each<[unknown, string]>([
    [[], "the selector: expected a mapping, received object"],
    [{ matchLabel: { a: "b" } }, "matchLabel: expected no such field"],
    [{ matchLabels: ["a"] }, "matchLabels: expected a mapping, received object"],
    [{ matchLabels: { a: true } }, "matchLabels.a.values: expected strings, received boolean"],
    [{ matchExpressions: {} }, "matchExpressions: expected a list, received object"],
    [
      expression("Gt", ["1"]),
      'matchExpressions[0].operator: expected In, NotIn, Exists, DoesNotExist, received "Gt"',
    ],
    [expression("In"), "matchExpressions[0].values: In takes some values"],
    [expression("Exists", ["a"]), "matchExpressions[0].values: Exists takes no values"],
    [
      { matchExpressions: [{ operator: "Exists" }] },
      "matchExpressions[0].key: expected a label key, received undefined",
    ],
  ])("refuses %j", (selector, message) => {
    expect(() => readLabelSelector(selector)).toThrow(new LabelSelectorError(message));
  });

  it("reads or refuses whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          readLabelSelector(value);
        } catch (error) {
          expect(error).toBeInstanceOf(LabelSelectorError);
        }
      }),
    );
  });
});
