import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { X509Error } from "../errors.ts";
import { der, integer, oid } from "../testing/index.ts";
import { derReader, isAtEnd, readContent, readElement } from "./reader.ts";
import {
  formatObjectIdentifier,
  readBitString,
  readBoolean,
  readInteger,
  readObjectIdentifier,
  rightAligned,
} from "./values.ts";

const bytes = (hex: string) => Uint8Array.fromHex(hex.replaceAll(" ", ""));

describe("readElement", () => {
  it.each([
    ["nothing", ""],
    ["a tag alone", "30"],
    ["less than its length", "30 02 00"],
    ["a tag of several bytes", "1f 81 00 00"],
    ["no definite length", "30 80 00 00"],
    ["a length in more bytes than needed", "30 81 05 00 00 00 00 00"],
    ["a length with a zero before it", "30 82 00 80 00"],
    ["a length of five bytes", "30 85 01 00 00 00 00"],
    ["a length that is cut off", "30 82 01"],
    ["a length beyond all memory", "30 84 ff ff ff ff 00"],
  ])("refuses %s", (_row, hex) => {
    expect(() => readElement(derReader(bytes(hex)), "thing")).toThrow(
      expect.objectContaining({ message: "malformed thing", code: "X509_DER_INVALID" }),
    );
  });

  it("reads back what was written, of any length", () => {
    fc.assert(
      fc.property(fc.constantFrom(0x04, 0x30, 0xa0), fc.nat({ max: 70_000 }), (tag, length) => {
        const content = new Uint8Array(length).fill(7);
        const reader = derReader(der(tag, content));
        expect(readContent(reader, tag, "thing").toHex()).toBe(content.toHex());
        expect(isAtEnd(reader)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe("values", () => {
  it.each([
    ["02 01 00", 0n],
    ["02 01 7f", 127n],
    ["02 02 00 80", 128n],
    ["02 01 80", -128n],
    ["02 01 ff", -1n],
    ["02 02 ff 7f", -129n],
    ["02 09 00 ff ff ff ff ff ff ff ff", 2n ** 64n - 1n],
  ])("integer %s is %s", (hex, value) => {
    expect(readInteger(derReader(bytes(hex)), "number")).toBe(value);
  });

  it("integers are read back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 2048n }), (value) => {
        expect(readInteger(derReader(integer(value)), "number")).toBe(value);
      }),
    );
  });

  it.each(["02 00", "02 02 00 7f", "02 02 ff 80", "03 01 00"])("%s is no integer", (hex) => {
    expect(() => readInteger(derReader(bytes(hex)), "number")).toThrow("malformed number");
  });

  it("an integer may have 16 kB", () => {
    const large = (size: number) => der(0x02, new Uint8Array(size).fill(1));
    expect(readInteger(derReader(large(16_384)), "number")).toBeGreaterThan(0n);
    expect(() => readInteger(derReader(large(16_385)), "number")).toThrow(
      expect.objectContaining({ code: "X509_LIMIT" }),
    );
  });

  it.each([
    ["01 01 00", false],
    ["01 01 ff", true],
  ])("boolean %s is %s", (hex, value) => {
    expect(readBoolean(derReader(bytes(hex)), "flag")).toBe(value);
  });

  it.each(["01 01 01", "01 02 ff ff", "01 00"])("%s is no boolean", (hex) => {
    expect(() => readBoolean(derReader(bytes(hex)), "flag")).toThrow("malformed flag");
  });

  it.each([
    ["06 03 55 04 03", "2.5.4.3"],
    ["06 03 2a 03 04", "1.2.3.4"],
    ["06 01 27", "0.39"],
    ["06 03 88 37 03", "2.999.3"],
    ["06 06 2a 87 ff ff ff 7f", "1.2.2147483647"],
  ])("object identifier %s is %s", (hex, value) => {
    expect(readObjectIdentifier(derReader(bytes(hex)), "id")).toBe(value);
    expect(oid(value).toHex()).toBe(hex.replaceAll(" ", ""));
  });

  it.each(["06 00", "06 01 80", "06 03 55 80 01", "06 02 55 84", "06 06 2a 88 80 80 80 00"])(
    "%s is no object identifier",
    (hex) => {
      expect(() => readObjectIdentifier(derReader(bytes(hex)), "id")).toThrow("malformed id");
    },
  );

  it("the numbers of an object identifier may be of any size where it is only shown", () => {
    expect(formatObjectIdentifier(bytes("2a 88 80 80 80 00"))).toBe("1.2.2147483648");
    expect(formatObjectIdentifier(bytes("2a 83 ff ff ff ff ff ff ff ff 7f"))).toBe(
      "1.2.36893488147419103231",
    );
    expect(formatObjectIdentifier(bytes("2a 80"))).toBeUndefined();
  });

  it("bits are moved to the right", () => {
    expect(rightAligned(readBitString(derReader(bytes("03 03 04 12 30")), "bits")).toHex()).toBe("0123");
    expect(rightAligned(readBitString(derReader(bytes("03 01 00")), "bits")).toHex()).toBe("");
  });

  it.each(["03 00", "03 01 01", "03 02 08 00", "03 02 01 01"])("%s is no bit string", (hex) => {
    expect(() => readBitString(derReader(bytes(hex)), "bits")).toThrow("malformed bits");
  });

  it("any bytes give a value or X509Error", () => {
    const readers = [readInteger, readBoolean, readBitString, readObjectIdentifier, readElement];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), fc.constantFrom(...readers), (input, read) => {
        try {
          read(derReader(input), "thing");
        } catch (error) {
          expect(error).toBeInstanceOf(X509Error);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
