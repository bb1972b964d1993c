import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUtf8, utf8ErrorOffset } from "./utf8.ts";

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

describe("utf8ErrorOffset", () => {
  it.each([
    ["a stray continuation byte", [0x61, 0x80], 1],
    ["an overlong slash", [0xc0, 0xaf], 0],
    ["an overlong three-byte sequence", [0xe0, 0x9f, 0xbf], 0],
    ["a surrogate", [0x61, 0x61, 0xed, 0xa0, 0x80], 2],
    ["an overlong four-byte sequence", [0xf0, 0x8f, 0xbf, 0xbf], 0],
    ["a value beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 0],
    ["a cut sequence", [0xc3, 0xa9, 0xe4, 0xb8], 2],
    ["well-formed text", [0xc3, 0xa9, 0xe4, 0xb8, 0x96, 0xf0, 0x9f, 0x9a, 0x80, 0xf4, 0x8f, 0xbf, 0xbf], -1],
  ])("finds %s", (_row, bytes, offset) => {
    expect(utf8ErrorOffset(Uint8Array.from(bytes))).toBe(offset);
  });

  it("agrees with the platform's decoder on any bytes", () => {
    const edges = fc.constantFrom(
      0x7f,
      0x80,
      0xbf,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0x9f,
      0xa0,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    );
    const bytes = fc.array(fc.oneof(edges, fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(bytes, (candidate) => {
        const array = Uint8Array.from(candidate);
        expect(isUtf8(array)).toBe(decodes(array));
      }),
      { numRuns: 5000 },
    );
  });
});
