import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter } from "./line-splitter.ts";

describe("createLineSplitter", () => {
  it("gives the same lines however the stream is cut", () => {
    const text = fc.array(fc.string({ unit: "binary", maxLength: 20 })).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (whole, length) => {
        const bytes = new TextEncoder().encode(whole);
        const buffer = new Uint8Array(length); // the same memory every time, as a connection may do
        const splitter = createLineSplitter(1000);
        const lines: string[] = [];
        for (let position = 0; position < bytes.length; position += length) {
          const part = bytes.subarray(position, position + length);
          buffer.set(part);
          const complete = splitter.push(buffer.subarray(0, part.length));
          lines.push(...complete.map((line) => Buffer.from(line).toString("latin1")));
        }
        const expected = Buffer.from(bytes).toString("latin1").split("\n");
        expect(lines).toEqual(expected.slice(0, -1));
        expect(splitter.rest).toBe(expected.at(-1)?.length);
      }),
    );
  });

  it.each([
    ["whole", ["aaaa\n"]],
    ["not complete yet", ["aaaa"]],
    ["in pieces", ["aa", "aa"]],
  ])("refuses a line that is too long, %s", (_row, chunks) => {
    const splitter = createLineSplitter(3);
    const push = () => chunks.map((chunk) => splitter.push(Buffer.from(chunk)));
    expect(push).toThrow(expect.objectContaining({ code: "KUBE_TOO_LARGE" }));
  });

  it("takes lines up to the limit", () => {
    expect(createLineSplitter(3).push(Buffer.from("aaa\nbbb\n")).map(String)).toHaveLength(2);
  });
});
