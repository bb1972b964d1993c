import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entriesThatDoNotFit, type SizedEntry } from "./fitting-entries.ts";

const entry = (unique: string, bytes: number): SizedEntry => {
  const [namespace] = unique.split("/");
  return { unique, namespace: namespace === "" ? undefined : namespace, bytes };
};

describe("entriesThatDoNotFit", () => {
  it.each<[string, [string, number][], string[]]>([
    [
      "nothing where all fit",
      [
        ["a/p", 60],
        ["b/p", 40],
      ],
      [],
    ],
    [
      "the one of whoever takes most room",
      [
        ["a/p", 90],
        ["b/p", 40],
      ],
      ["a/p"],
    ],
    [
      "one of many small ones of one namespace, not the larger one of another",
      [
        ["a/p", 40],
        ["b/1", 30],
        ["b/2", 35],
      ],
      ["b/2"],
    ],
    [
      "a cluster-wide one last",
      [
        ["/p", 90],
        ["b/p", 5],
        ["c/p", 10],
      ],
      ["c/p"],
    ],
    [
      "a cluster-wide one where nothing else is left",
      [
        ["/p", 90],
        ["/q", 20],
      ],
      ["/p"],
    ],
  ])("controller 43: names %s", (_row, entries, expected) => {
    const sized = entries.map(([unique, bytes]) => entry(unique, bytes));
    expect([...entriesThatDoNotFit(sized, 100)]).toEqual(expected);
    expect([...entriesThatDoNotFit(sized.toReversed(), 100)]).toEqual(expected);
  });

  it("controller 43: leaves what fits, and never touches a namespace within its fair share", () => {
    const sizes = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: 1, max: 99 })));
    fc.assert(
      fc.property(sizes, (all) => {
        const entries = all.map(([namespace, bytes], index) => entry(`${namespace}/${index}`, bytes));
        const out = entriesThatDoNotFit(entries, 200);
        const left = entries.filter(({ unique }) => !out.has(unique));
        expect(left.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(200);
        for (const [, own] of Map.groupBy(entries, ({ namespace }) => namespace)) {
          const share = own.reduce((sum, { bytes }) => sum + bytes, 0);
          if (share <= 200 / 4) expect(own.filter(({ unique }) => out.has(unique))).toEqual([]);
        }
      }),
    );
  });
});
