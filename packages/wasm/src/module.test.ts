import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { constantI32, encodeModule, readModule } from "./index.ts";

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const body = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("readModule", () => {
  it("reads what a module declares", async () => {
    const bytes = await assemble(`
      (type $unary (func (param i32) (result i64 externref)))
      (import "host" "call" (func $call (param i32)))
      (import "env" "table" (table 1 2 funcref))
      (import "env" "memory" (memory 1 3))
      (import "env" "base" (global $base i32))
      (tag (param i32))
      (table 4 externref)
      (global (export "counter") (mut i32) (i32.const -7))
      (global v128 (v128.const i32x4 1 2 3 4))
      (func (export "run") (type $unary) i64.const 0 ref.null extern)
      (func $start)
      (start $start)
      (data "passive")
      (func data.drop 0)`);
    const module = readModule(bytes);
    expect(module.types[0]).toEqual({ kind: "function", parameters: ["i32"], results: ["i64", "externref"] });
    expect(module.imports).toMatchObject([
      { module: "host", name: "call", kind: "function", typeIndex: 1 },
      {
        module: "env",
        name: "table",
        kind: "table",
        table: { element: "funcref", limits: { minimum: 1, maximum: 2 } },
      },
      {
        module: "env",
        name: "memory",
        kind: "memory",
        memory: { minimum: 1, maximum: 3, shared: false, is64: false },
      },
      { module: "env", name: "base", kind: "global", global: { type: "i32", mutable: false } },
    ]);
    expect(module.functions).toEqual([0, 2, 2]);
    expect(module.tables).toMatchObject([
      { element: "externref", limits: { minimum: 4, maximum: undefined } },
    ]);
    expect(module.globals).toMatchObject([
      { type: "i32", mutable: true },
      { type: "v128", mutable: false },
    ]);
    expect(module.globals.map(({ initialiser }) => constantI32(bytes, initialiser))).toEqual([-7, undefined]);
    expect(module.exports).toEqual([
      { name: "counter", kind: "global", index: 1 },
      { name: "run", kind: "function", index: 1 },
    ]);
    expect(module).toMatchObject({ memories: [], start: 2, dataCount: 1 });
  });

  it("reads the types that garbage collection and typed function references brought", () => {
    const bytes = encodeModule([
      {
        id: 1,
        body: body(
          4,
          ...[0x60, 2, 0x64, 0x00, 0x63, 0x6f, 0], // (func (param (ref 0) (ref null extern)))
          ...[0x4e, 2, 0x5f, 1, 0x78, 1, 0x50, 1, 1, 0x5e, 0x7f, 0], // (rec (struct (field (mut i8))) (sub 1 (array i32)))
          ...[0x4f, 0, 0x60, 0, 0], // (sub final (func))
          ...[0x60, 0, 0],
        ),
      },
    ]);
    const collected = { kind: "collected" };
    expect(readModule(bytes).types).toEqual([
      { kind: "function", parameters: ["(ref 0)", "(ref null extern)"], results: [] },
      ...[collected, collected, { kind: "related", parameters: [] }],
      { kind: "function", parameters: [], results: [] },
    ]);
  });

  it.each([
    [
      "a memory with 64-bit addresses",
      [0x05, 1, 0x05, 1, 2],
      { minimum: 1, maximum: 2, is64: true, shared: false },
    ],
    ["a shared memory", [0x05, 1, 0x03, 1, 2], { minimum: 1, maximum: 2, is64: false, shared: true }],
    [
      "a memory with pages of one byte",
      [0x05, 1, 0x08, 9, 0],
      { minimum: 9, maximum: undefined, pageBytes: 1 },
    ],
  ])("reads %s", (_row, [id, ...content], expected) => {
    expect(readModule(encodeModule([{ id: id!, body: body(...content) }])).memories).toMatchObject([
      expected,
    ]);
  });

  it.each<[string, number[], string, string]>([
    ["no bytes", [], "WASM_NOT_A_MODULE", "not a WebAssembly module: the file is empty"],
    [
      "a page of HTML",
      [...Buffer.from("<!doctype html>")],
      "WASM_NOT_A_MODULE",
      "not a WebAssembly module: the file starts with 3c 21 64 6f",
    ],
    ["one wrong byte", [0x7f], "WASM_NOT_A_MODULE", "not a WebAssembly module: the file starts with 7f"],
    [
      "a component",
      [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00],
      "WASM_NOT_A_MODULE",
      "not a WebAssembly module: the file is a component",
    ],
    [
      "version 2",
      [0x00, 0x61, 0x73, 0x6d, 0x02, 0x00, 0x00, 0x00],
      "WASM_UNSUPPORTED",
      "unknown WebAssembly version 02 00 00 00",
    ],
    ["half a header", header.slice(0, 6), "WASM_TRUNCATED", "truncated WebAssembly module: 6 bytes"],
    [
      "a section beyond the end",
      [...header, 1, 5, 0],
      "WASM_TRUNCATED",
      "truncated WebAssembly module: something reaches beyond byte 11",
    ],
    ["an unknown section", [...header, 99, 0], "WASM_UNSUPPORTED", "unknown section 99"],
    [
      "a section twice",
      [...header, 1, 1, 0, 1, 1, 0],
      "WASM_MALFORMED",
      "malformed WebAssembly module: section 1 stands twice or out of order, at byte 14",
    ],
    [
      "bytes behind a list",
      [...header, 3, 2, 0, 0],
      "WASM_MALFORMED",
      "malformed WebAssembly module: section 3 is longer than its content, at byte 11",
    ],
    [
      "more entries than bytes",
      [...header, 3, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
      "WASM_TRUNCATED",
      "4294967295 functions do not fit into the rest of their section",
    ],
    ["an unknown type", [...header, 6, 3, 1, 0x42, 0], "WASM_UNSUPPORTED", "unknown value type 0x42"],
    [
      "a maximum below the minimum",
      [...header, 5, 4, 1, 1, 2, 1],
      "WASM_MALFORMED",
      "malformed WebAssembly module: maximum 1 is below minimum 2, at byte 14",
    ],
    [
      "two exports of one name",
      [...header, 7, 7, 2, 0, 2, 0, 0, 2, 0],
      "WASM_MALFORMED",
      "malformed WebAssembly module: two exports have one name, at byte 17",
    ],
  ])("refuses %s", (_row, bytes, code, message) => {
    expect(() => readModule(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code, message }));
  });

  it("refuses a list longer than any engine takes, though its bytes are there", () => {
    const content = new Uint8Array(1_000_010);
    content.set([0xc1, 0x84, 0x3d]); // 1 000 001 functions
    expect(() => readModule(encodeModule([{ id: 3, body: content }]))).toThrow(
      expect.objectContaining({ code: "WASM_LIMIT", message: "1000001 functions: more than 1000000" }),
    );
  });
});
