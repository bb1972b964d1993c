import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { restorableInstance } from "../fixtures/restorable-instance.ts";
import { encodeModule, readModule, rewriteForRuntime, sectionId, setCustomSection } from "./index.ts";

const maxPages = 10;
const declared = [
  { id: 1, body: [1, 0x60, 0, 0] },
  { id: 3, body: [1, 0] },
];
const restorable = async (fields: string) => rewriteForRuntime(await assemble(fields), { maxPages });

describe("a restorable module", () => {
  it("says what its host needs to know", async () => {
    const rewritten = await restorable(`
      (import "host" "call" (func)) (import "env" "base" (global i32))
      (memory (export "memory") 2 400) (table 1 funcref) (table 1 externref)
      (global i32 (i32.const 0)) (global (mut i64) (i64.const 1)) (global (mut f32) (f32.const 2))
      (func (export "run"))`);
    expect(rewritten).toMatchObject({
      isolation: { kind: "restore" },
      memory: { import: { module: "kubewarden", name: "memory" }, initialPages: 2, maximumPages: 10 },
      exportsMemory: true,
      globals: [
        { exportName: "kubewarden:global:2", type: "i64" },
        { exportName: "kubewarden:global:3", type: "f32" },
      ],
      tables: [{ exportName: "kubewarden:table:0" }, { exportName: "kubewarden:table:1" }],
      virtualPages: "kubewarden:memory-pages",
      memoryRefused: "kubewarden:memory-refused",
      imports: [
        { module: "host", name: "call", kind: "function" },
        { module: "env", name: "base", kind: "global" },
      ],
      exports: [
        { name: "memory", kind: "memory" },
        { name: "run", kind: "function" },
      ],
    });
    const compiled = new WebAssembly.Module(rewritten.wasm);
    expect(WebAssembly.Module.imports(compiled)).toEqual([
      { module: "host", name: "call", kind: "function" },
      { module: "env", name: "base", kind: "global" },
      { module: "kubewarden", name: "memory", kind: "memory" },
    ]);
    expect(WebAssembly.Module.exports(compiled)).toEqual([
      { name: "memory", kind: "memory" },
      { name: "run", kind: "function" },
      { name: "kubewarden:global:2", kind: "global" },
      { name: "kubewarden:global:3", kind: "global" },
      { name: "kubewarden:table:0", kind: "table" },
      { name: "kubewarden:table:1", kind: "table" },
      { name: "kubewarden:memory-pages", kind: "global" },
      { name: "kubewarden:memory-refused", kind: "global" },
    ]);
  });

  it.each([
    ["its maximum is lower", "1 3", { initialPages: 1, maximumPages: 3 }],
    ["it has no maximum", "1", { initialPages: 1, maximumPages: 10 }],
    ["its maximum is higher", "1 65536", { initialPages: 1, maximumPages: 10 }],
    ["it starts at the limit", "10", { initialPages: 10, maximumPages: 10 }],
  ])("bounds the memory when %s", async (_row, limits, expected) => {
    expect((await restorable(`(memory ${limits})`)).memory).toMatchObject(expected);
  });

  it("keeps the name under which a module imports its memory", async () => {
    const rewritten = await restorable(`(import "env" "heap" (memory 1))
      (func (export "size") (result i32) memory.size)`);
    expect(rewritten.memory?.import).toEqual({ module: "env", name: "heap" });
    expect(restorableInstance(rewritten).call("size")).toBe(1);
  });

  it("takes other names when the module uses ours", async () => {
    const rewritten = await restorable(`
      (import "kubewarden" "memory" (func)) (import "kubewarden" "memory2" (func)) (memory 1)
      (global (export "kubewarden:global:0") (mut i32) (i32.const 0))`);
    expect(rewritten.memory?.import).toEqual({ module: "kubewarden", name: "memory3" });
    expect(rewritten.globals).toEqual([{ exportName: "kubewarden2:global:0", type: "i32" }]);
    expect(WebAssembly.validate(rewritten.wasm)).toBe(true);
  });

  it("needs no memory", async () => {
    const rewritten = await restorable(`
      (global $n (mut i32) (i32.const 4))
      (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) global.get $n)`);
    expect(rewritten).toMatchObject({
      memory: undefined,
      virtualPages: undefined,
      memoryRefused: undefined,
      exportsMemory: false,
    });
    const instance = restorableInstance(rewritten);
    expect([instance.call("next"), instance.call("next")]).toEqual([5, 6]);
    instance.restore();
    expect(instance.call("next")).toBe(5);
  });

  it.each([
    ["restored", "(memory 1)"],
    ["fresh", "(memory i64 1)"],
  ])("has no custom sections when %s", async (_row, fields) => {
    const bytes = setCustomSection(await assemble(fields), "name", Uint8Array.of(1));
    const { wasm } = rewriteForRuntime(bytes, { maxPages });
    expect(readModule(wasm).sections.filter(({ id }) => id === sectionId.custom)).toEqual([]);
    expect(WebAssembly.validate(wasm)).toBe(true);
  });
});

describe("limits and errors", () => {
  it.each([
    ["4 GiB", "(memory 65536)", 8192, "the module starts with 4096 MiB of memory, 512 MiB are allowed"],
    [
      "a page too many",
      "(memory 11)",
      10,
      "the module starts with 0.6875 MiB of memory, 0.625 MiB are allowed",
    ],
    [
      "an imported memory",
      `(import "env" "m" (memory 32))`,
      16,
      "the module starts with 2 MiB of memory, 1 MiB are allowed",
    ],
    [
      "several memories together",
      "(memory 16) (memory 16)",
      16,
      "the module starts with 2 MiB of memory, 1 MiB are allowed",
    ],
    [
      "64-bit memory",
      "(memory i64 0x100000000)",
      65536,
      "the module starts with 268435456 MiB of memory, 4095.9375 MiB are allowed",
    ],
  ])("refuses %s", async (_row, fields, maxPages, message) => {
    const bytes = await assemble(fields);
    expect(() => rewriteForRuntime(bytes, { maxPages })).toThrow(
      expect.objectContaining({ code: "WASM_MEMORY_LIMIT", message }),
    );
  });

  const objects = "structures or arrays of the garbage collector, whose memory cannot be limited";
  it.each<[string, string, number[], number[][]]>([
    ["an unknown instruction", "unknown instruction 0xff", [0, 0xff, 0x0b], []],
    ["an unknown vector instruction", "unknown instruction 0xfd 0x9a", [0, 0xfd, 0x9a, 0x01, 0x0b], []],
    ["an unknown type of a local", "unknown value type 0x42", [1, 1, 0x42, 0x0b], []],
    ["a structure", `the module declares ${objects}`, [0, 0x0b], [[0x5f, 1, 0x7f, 1]]],
    ["an array", `the module declares ${objects}`, [0, 0x0b], [[0x5e, 0x78, 1]]],
    ["an array in a group", `the module declares ${objects}`, [0, 0x0b], [[0x4e, 1, 0x5e, 0x78, 1]]],
    ["an array with supertypes", `the module declares ${objects}`, [0, 0x0b], [[0x50, 0, 0x5e, 0x78, 1]]],
  ])("refuses %s, restored or fresh", (_row, message, code, types) => {
    for (const memories of [[1], [2, 0, 1]]) {
      const bytes = encodeModule([
        { id: 1, body: Uint8Array.of(1 + types.length, 0x60, 0, 0, ...types.flat()) },
        { id: 3, body: Uint8Array.of(1, 0) },
        { id: 5, body: Uint8Array.of(memories.length, ...memories.flatMap(() => [0, 1])) },
        { id: 10, body: Uint8Array.of(1, code.length, ...code) },
      ]);
      expect(() => rewriteForRuntime(bytes, { maxPages })).toThrow(
        expect.objectContaining({ code: "WASM_UNSUPPORTED", message }),
      );
    }
  });

  it.each([
    ["16 values", 16, false],
    ["17 values", 17, true],
  ])("refuses large exceptions only: %s", async (_row, count, isRefused) => {
    const values = "(param i32)".repeat(count);
    for (const tag of [`(tag ${values})`, `(import "e" "t" (tag ${values}))`]) {
      const rewrite = async () => rewriteForRuntime(await assemble(tag), { maxPages });
      if (!isRefused) await rewrite();
      else {
        await expect(rewrite()).rejects.toMatchObject({
          code: "WASM_LIMIT",
          message: "the module has exceptions with more than 16 values",
        });
      }
    }
  });

  it.each([
    [
      "a function without a body",
      [
        { id: 1, body: [1, 0x60, 0, 0] },
        { id: 3, body: [1, 0] },
      ],
      "1 functions, 0 bodies",
    ],
    ["a body without an end", [...declared, { id: 10, body: [1, 2, 0, 0x01] }], "function without an end"],
    [
      "memory.size without memory",
      [...declared, { id: 10, body: [1, 5, 0, 0x3f, 0, 0x1a, 0x0b] }],
      "no such memory",
    ],
    [
      "bytes behind the bodies",
      [...declared, { id: 10, body: [1, 2, 0, 0x0b, 0] }],
      "code section is longer than its content",
    ],
  ])("refuses %s", (_row, sections, problem) => {
    const bytes = encodeModule(sections.map(({ id, body }) => ({ id, body: Uint8Array.from(body) })));
    expect(() => rewriteForRuntime(bytes, { maxPages })).toThrow(
      expect.objectContaining({ code: "WASM_MALFORMED", message: expect.stringContaining(problem) }),
    );
  });
});
