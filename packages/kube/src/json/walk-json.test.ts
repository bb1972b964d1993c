import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createByteWriter } from "./byte-writer.ts";
import { writeCompact } from "./compact-json.ts";
import { beforeMembers, nextMember, walkElements } from "./walk-json.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array, start?: number, end?: number) =>
  new TextDecoder().decode(bytes.subarray(start, end));
const indent = fc.constantFrom("", " ", "\n\t");

describe("nextMember", () => {
  it("finds what JSON.parse finds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), indent, (object, anyIndent) => {
        const bytes = encode(JSON.stringify(object, null, anyIndent));
        const member = beforeMembers(0);
        const found: [string, unknown][] = [];
        while (nextMember(bytes, member)) {
          const key = JSON.parse(decode(bytes, member.keyStart - 1, member.keyEnd + 1));
          found.push([key, JSON.parse(decode(bytes, member.valueStart, member.valueEnd))]);
        }
        expect(found).toEqual(Object.entries(JSON.parse(JSON.stringify(object))));
      }),
    );
  });
});

describe("walkElements", () => {
  it("finds what JSON.parse finds", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), indent, (array, anyIndent) => {
        const bytes = encode(JSON.stringify(array, null, anyIndent));
        const found: unknown[] = [];
        walkElements(bytes, 0, (start, end) => found.push(JSON.parse(decode(bytes, start, end))));
        expect(found).toEqual(JSON.parse(JSON.stringify(array)));
      }),
    );
  });

  it("finds nothing in what is no array", () => {
    walkElements(encode("null"), 0, () => expect.unreachable());
  });
});

describe("writeCompact", () => {
  it("takes away white space and nothing else", () => {
    fc.assert(
      fc.property(fc.jsonValue(), indent, (value, anyIndent) => {
        const bytes = encode(JSON.stringify(value, null, anyIndent));
        const out = createByteWriter();
        writeCompact(out, bytes, 0, bytes.length);
        expect(decode(out.take())).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe("createByteWriter", () => {
  it.each([{ initialBytes: 0 }, { initialBytes: 1, roomy: true }, {}])(
    "holds what was written, with %j",
    (options) => {
      const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
      fc.assert(
        fc.property(pieces, (parts) => {
          const writer = createByteWriter(options);
          for (const part of parts) writer.write(part);
          writer.byte(7);
          expect([...writer.view()]).toEqual([...Buffer.concat(parts), 7]);
          const taken = writer.take();
          writer.byte(8);
          expect([...taken]).toEqual([...Buffer.concat(parts), 7]);
          expect(writer.length).toBe(1);
        }),
      );
    },
  );

  it("grows beyond the room that is set aside", () => {
    const writer = createByteWriter({ roomy: true });
    const piece = new Uint8Array(20 * 1024 * 1024).fill(1);
    for (let round = 0; round < 3; round++) writer.write(piece);
    expect(writer.view().lastIndexOf(1)).toBe(3 * piece.length - 1);
  });
});
