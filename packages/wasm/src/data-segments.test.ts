import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { dataSegments } from "./index.ts";

describe("dataSegments", () => {
  it.each([
    ["none", "(memory 1)", []],
    ["active ones", `(memory 1) (data (i32.const 5) "net") (data (i32.const 9) "")`, ["net", ""]],
    ["passive ones", `(memory 1) (data "v1/dns")`, ["v1/dns"]],
    [
      "one placed by a global",
      `(import "env" "base" (global i32)) (memory 1) (data (global.get 0) "oci")`,
      ["oci"],
    ],
    [
      "one placed by a sum",
      `(memory 1) (data (offset (i32.add (i32.const 1) (i32.const 2))) "sum")`,
      ["sum"],
    ],
    [
      "one in a memory by index",
      `(memory 1) (memory 1) (data (memory 1) (i32.const 0) "second")`,
      ["second"],
    ],
  ])("finds %s", async (_row, fields, expected) => {
    const bytes = await assemble(fields);
    expect(dataSegments(bytes).map((segment) => new TextDecoder().decode(segment))).toEqual(expected);
  });
});
