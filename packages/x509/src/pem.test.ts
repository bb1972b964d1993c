import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "./base64.ts";
import { pemBlocks } from "./pem.ts";
import { pem } from "./testing/index.ts";

function blocksOf(text: string): [string, string][] {
  return [...pemBlocks(Buffer.from(text))].map(({ label, bytes }) => [label, Buffer.from(bytes).toString()]);
}

const block = pem("CERTIFICATE", Buffer.from("hello"));

describe("pemBlocks", () => {
  it.each<[string, string, [string, string][]]>([
    ["one block", block, [["CERTIFICATE", "hello"]]],
    ["without a line break at the end", block.trimEnd(), [["CERTIFICATE", "hello"]]],
    ["line breaks of Windows", block.replaceAll("\n", "\r\n"), [["CERTIFICATE", "hello"]]],
    ["blanks at line ends", block.replaceAll("\n", " \t\n"), [["CERTIFICATE", "hello"]]],
    ["text around it", `Subject: x\n${block}more`, [["CERTIFICATE", "hello"]]],
    [
      "two blocks",
      block + pem("KEY", Buffer.from("x")),
      [
        ["CERTIFICATE", "hello"],
        ["KEY", "x"],
      ],
    ],
    ["headers", block.replace("\n", "\nProc-Type: 4\nX: y\n\n"), [["CERTIFICATE", "hello"]]],
    ["nothing inside", "-----BEGIN A-----\n-----END A-----", [["A", ""]]],
    ["a block that begins twice", `-----BEGIN CERTIFICATE-----\n${block}`, [["CERTIFICATE", "hello"]]],
    [
      "a malformed block before a good one",
      block.replace("aGVs", "%%%%") + block,
      [["CERTIFICATE", "hello"]],
    ],
    ["another label at the end", block.replace("END C", "END D"), []],
    ["something before the first line", `x${block}`, []],
    ["something behind the last line", `${block.trimEnd()}x`, []],
    ["no dashes", block.replace("ATE-----", "ATE----"), []],
    ["no end", block.slice(0, -20), []],
    ["nothing", "", []],
  ])("%s", (_row, text, expected) => {
    expect(blocksOf(text)).toEqual(expected);
  });

  it("says where the line behind a block begins, in bytes", () => {
    const [first, second] = pemBlocks(Buffer.from(`é\n${block}\n${block}`));
    expect(first?.end).toBe(3 + block.length);
    expect(second?.end).toBe(4 + 2 * block.length);
  });

  it("takes linear time for ends without beginnings", () => {
    expect(blocksOf("\n-----END A-----".repeat(100_000))).toEqual([]);
    expect(blocksOf(`-----BEGIN A-----\n${"a:b\n".repeat(100_000)}\n-----END A-----`)).toEqual([["A", ""]]);
  });

  it("never fails", () => {
    const piece = fc.constantFrom(
      "-----BEGIN ",
      "-----END ",
      "-----",
      "\n",
      "A",
      "a: b",
      "aGVs",
      "bG8=",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        for (const { bytes, end } of pemBlocks(Buffer.from(pieces.join("")))) {
          expect(bytes.length).toBeLessThan(end);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("decodeBase64", () => {
  it.each([
    ["", ""],
    ["aGVsbG8=", "hello"],
    ["aGVs\r\nbG8=\n", "hello"],
    ["aA=\n=", "h"],
    ["aB==", "h"],
  ])("reads %j", (text, expected) => {
    expect(Buffer.from(decodeBase64(text) ?? "failed").toString()).toBe(expected);
  });

  it.each(["a", "aA", "aA=", "aGVsbG8", "aGVs bG8=", "aGVs\tbG8=", "=aA=", "aA==aA==", "a-_=", "aA==="])(
    "refuses %j",
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});
