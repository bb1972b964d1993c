import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions, formatVersion, parseVersion, SemanticVersionError } from "./semver.ts";

describe("parseVersion", () => {
  it.each([
    ["1.2.3", { major: 1, minor: 2, patch: 3, prerelease: [], build: [] }],
    ["0.0.0-a-b.0.x", { major: 0, minor: 0, patch: 0, prerelease: ["a-b", "0", "x"], build: [] }],
    ["1.0.0+001.a-b", { major: 1, minor: 0, patch: 0, prerelease: [], build: ["001", "a-b"] }],
    ["10.20.30--+-", { major: 10, minor: 20, patch: 30, prerelease: ["-"], build: ["-"] }],
  ])("reads %s", (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
    expect(formatVersion(parseVersion(text))).toBe(text);
  });

  it.each([
    ...["", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.03", "1.2.x", "1.2.3-", "1.2.3+", "1.2.3-a..b"],
    ...[
      "1.2.3-01",
      "1.2.3-ä",
      "1.2.3+a+b",
      "1.2.3\n",
      " 1.2.3",
      "1.2.-3",
      "9007199254740993.0.0",
      "1.2.3-a_b",
    ],
  ])("refuses %j", (text) => {
    expect(() => parseVersion(text)).toThrow(SemanticVersionError);
  });

  it("refuses a text of megabytes without repeating it", () => {
    const started = performance.now();
    for (const unit of ["1", "1.", "-", "a.", "+"]) {
      const text = `${unit.repeat(500_000)}!`;
      expect(() => parseVersion(text)).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/^.{0,150}$/) }),
      );
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("compareVersions", () => {
  const ordered = [
    ...["0.9.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"],
    ...["1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0", "2.0.0"],
  ];

  it("orders as semver.org says", () => {
    const shuffled = ordered.toSorted().map(parseVersion);
    expect(shuffled.toSorted(compareVersions).map(formatVersion)).toEqual(ordered);
  });

  it("does not look at builds", () => {
    expect(compareVersions(parseVersion("1.0.0+a"), parseVersion("1.0.0+b"))).toBe(0);
  });

  it("is an order, and versions are written as they are read", () => {
    const part = fc.stringMatching(/^(?:0|[1-9][0-9]{0,3}|[a-zA-Z-][0-9a-zA-Z-]{0,4})$/);
    const version = fc
      .tuple(
        fc.nat(3),
        fc.nat(3),
        fc.nat(3),
        fc.array(part, { maxLength: 3 }),
        fc.array(part, { maxLength: 2 }),
      )
      .map(([major, minor, patch, prerelease, build]) => ({ major, minor, patch, prerelease, build }));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(parseVersion(formatVersion(a))).toEqual(a);
        expect(compareVersions(a, b)).toBe(0 - compareVersions(b, a));
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
