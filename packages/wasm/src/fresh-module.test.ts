import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { encodeModule, readModule, rewriteForRuntime } from "./index.ts";
import { allMemories, allTables } from "./module.ts";

const maxPages = 10;

describe("a module that is not restored", () => {
  it.each([
    [
      "mutable global 1 has type v128",
      `(import "e" "g" (global i32)) (global (mut v128) (v128.const i32x4 0 0 0 0))`,
    ],
    ["mutable global 0 has type funcref", "(global (mut funcref) (ref.null func))"],
    ["mutable global 0 has type externref", "(global (mut externref) (ref.null extern))"],
    ["imports the mutable global env.g", `(import "env" "g" (global (mut i32)))`],
    ["table.set is used", "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))"],
    ["table.grow is used", "(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))"],
    [
      "table.fill is used",
      "(table 1 funcref) (func (table.fill (i32.const 0) (ref.null func) (i32.const 1)))",
    ],
    ["table.copy is used", "(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))"],
    [
      "table.init is used",
      "(table 1 funcref) (elem $e func 0) (func (table.init $e (i32.const 0) (i32.const 0) (i32.const 0)))",
    ],
    ["elem.drop is used", "(elem $e func 0) (func (elem.drop $e))"],
    ["data.drop is used", `(memory 1) (data $d "x") (func (data.drop $d))`],
    ["atomic instructions", "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))"],
    ["shared memory", "(memory 1 2 shared)"],
    ["64-bit memory", "(memory i64 1)"],
    ["several memories", "(memory 1) (memory 1)"],
  ])("%s", async (reason, fields) => {
    const bytes = await assemble(`${fields} (func (export "run"))`);
    expect(WebAssembly.validate(bytes)).toBe(true);
    const rewritten = rewriteForRuntime(bytes, { maxPages });
    expect(rewritten).toMatchObject({
      isolation: { kind: "fresh", reason },
      memory: undefined,
      globals: [],
      tables: [],
      virtualPages: undefined,
      memoryRefused: undefined,
      goResume: undefined,
      exports: [{ name: "run", kind: "function" }],
    });
    expect(WebAssembly.validate(rewritten.wasm)).toBe(true);
  });

  it.each([
    ["without a maximum", "(table 5 funcref)", [1_000_000]],
    ["with a larger one", "(table 5 2000000 funcref)", [1_000_000]],
    ["with a smaller one", "(table 5 7 funcref)", [7]],
    ["which share what is left", "(table 0 externref) (table 10 funcref)", [499_995, 500_005]],
  ])("has tables that cannot grow without end: %s", async (_row, tables, maxima) => {
    const grow = "(func (drop (table.grow 0 (table.get 0 (i32.const 0)) (i32.const 1))))";
    const { wasm, isolation } = rewriteForRuntime(await assemble(`${tables} ${grow}`), { maxPages });
    expect(isolation.kind).toBe("fresh");
    expect(WebAssembly.validate(wasm)).toBe(true);
    expect(allTables(readModule(wasm)).map(({ limits }) => limits.maximum)).toEqual(maxima);
  });

  const functionType = [0x60, 0, 0];
  it.each<[string, string, number[], number[]]>([
    [
      "a recursive group",
      "uses garbage-collected types",
      [2, ...functionType, 0x4e, 1, ...functionType],
      [0, 0x0b],
    ],
    ["a parameter", "uses garbage-collected types", [2, ...functionType, 0x60, 1, 0x6e, 0], [0, 0x0b]],
    ["a local", "uses garbage-collected types", [1, ...functionType], [1, 1, 0x6c, 0x0b]],
    [
      "a block type",
      "uses garbage-collected types",
      [1, ...functionType],
      [0, 0x00, 0x02, 0x6d, 0x00, 0x0b, 0x1a, 0x0b],
    ],
    ["ref.null", "uses garbage-collected types", [1, ...functionType], [0, 0xd0, 0x6e, 0x1a, 0x0b]],
    ["ref.i31", "uses garbage-collected types", [1, ...functionType], [0, 0x41, 0, 0xfb, 28, 0x1a, 0x0b]],
    ["ref.eq", "uses garbage-collected types", [1, ...functionType], [0, 0x00, 0xd3, 0x1a, 0x0b]],
  ])("garbage collection: %s", (_row, reason, types, code) => {
    const bytes = encodeModule([
      { id: 1, body: Uint8Array.from(types) },
      { id: 3, body: Uint8Array.of(1, 0) },
      { id: 10, body: Uint8Array.of(1, code.length, ...code) },
    ]);
    expect(WebAssembly.validate(bytes)).toBe(true);
    const rewritten = rewriteForRuntime(bytes, { maxPages });
    expect(rewritten.isolation).toEqual({ kind: "fresh", reason });
    expect(rewritten.wasm).toEqual(bytes);
  });

  it.each([
    ["one memory", "(memory i64 3 400)", [10]],
    ["one memory with a low maximum", "(memory 3 4 shared)", [4]],
    ["several memories", "(memory 3) (memory 2 4)", [8, 2]],
    [
      "imported memories too",
      `(import "e" "a" (memory 1 2)) (import "e" "f" (func)) (import "e" "b" (memory 1)) (memory 2)`,
      [2, 6, 2],
    ],
  ])("has the maxima lowered: %s", async (_row, fields, expected) => {
    const { wasm, isolation } = rewriteForRuntime(await assemble(fields), { maxPages });
    expect(isolation.kind).toBe("fresh");
    expect(allMemories(readModule(wasm)).map(({ maximum }) => maximum)).toEqual(expected);
    expect(WebAssembly.validate(wasm)).toBe(true);
  });
});
