import { assert, property, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { attributesKey } from "./attributes.ts";

describe("attributesKey", () => {
  it("tells all values apart", () => {
    assert(
      property(tuple(string(), string()), tuple(string(), string()), ([a, b], [c, d]) => {
        const isSame = a === c && b === d;
        return (attributesKey({ x: a, y: b }) === attributesKey({ x: c, y: d })) === isSame;
      }),
    );
    expect(attributesKey({ x: "1;y=1:2" })).not.toBe(attributesKey({ x: "1", y: "2" }));
  });
});
