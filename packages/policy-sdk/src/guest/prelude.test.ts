import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { structuredClone as ownClone } from "./prelude/structured-clone.ts";
import { TextDecoder as OwnDecoder, TextEncoder as OwnEncoder } from "./prelude/text-encoding.ts";

const anyText = fc.string({ unit: "binary" });
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  // Leads and continuations, which random bytes seldom put together.
  fc
    .array(fc.constantFrom(0x41, 0x80, 0x9f, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xbb), {
      maxLength: 8,
    })
    .map((units) => Uint8Array.from(units)),
);

describe("text encoding in the engine agrees with that of other hosts", () => {
  it("when it encodes any text, lone surrogates included", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(new OwnEncoder().encode(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
    expect(new OwnEncoder().encode("a\ud800b")).toEqual(new TextEncoder().encode("a\ud800b"));
  });

  it.each([{}, { ignoreBOM: true }])("when it decodes any bytes with %j", (options) => {
    fc.assert(
      fc.property(bytes, (source) => {
        expect(new OwnDecoder("utf-8", options).decode(source)).toBe(
          new TextDecoder("utf-8", options).decode(source),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("when it refuses malformed bytes", () => {
    const refuses = (decode: () => string) => {
      try {
        decode();
        return false;
      } catch (error) {
        return error instanceof TypeError;
      }
    };
    fc.assert(
      fc.property(bytes, (source) => {
        const own = refuses(() => new OwnDecoder("utf8", { fatal: true }).decode(source));
        expect(own).toBe(refuses(() => new TextDecoder("utf8", { fatal: true }).decode(source)));
      }),
      { numRuns: 500 },
    );
  });

  it("but knows UTF-8 alone", () => {
    expect(() => new OwnDecoder("latin1")).toThrow("the encoding latin1 is not available in a policy");
  });
});

describe("structuredClone in the engine", () => {
  it("copies whatever JSON holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(ownClone(value)).toEqual(value);
      }),
    );
  });

  it("copies dates, maps, sets and cycles", () => {
    const value = { date: new Date(5), map: new Map([[{ a: 1 }, [2]]]), set: new Set([1]), self: {} };
    value.self = value;
    const copy = ownClone(value);
    expect(copy).toEqual(value);
    expect(copy.self).toBe(copy);
    expect(copy.map).not.toBe(value.map);
  });

  it("refuses functions", () => {
    expect(() => ownClone({ call() {} })).toThrow("structuredClone cannot copy a function");
  });
});
