import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { callExport, restorableInstance } from "../fixtures/restorable-instance.ts";
import { encodeModule, findSection, readModule, rewriteForRuntime, sectionBody, sectionId } from "./index.ts";

const maxPages = 10;
const restorable = async (fields: string) => rewriteForRuntime(await assemble(fields), { maxPages });

const sizeAndGrow = `
  (func (export "size") (result i32) memory.size)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))`;

describe("virtual memory", () => {
  it("grows to the limit, not beyond, and starts again at the initial size", async () => {
    const instance = restorableInstance(await restorable(`(memory 2) ${sizeAndGrow}`));
    const grow = (pages: number): unknown[] => [instance.call("grow", pages), instance.call("size")];
    for (const _evaluation of [1, 2, 3]) {
      expect(instance.call("size")).toBe(2);
      expect(grow(0)).toEqual([2, 2]);
      expect(grow(3)).toEqual([2, 5]);
      expect(grow(6)).toEqual([-1, 5]);
      expect(grow(-1)).toEqual([-1, 5]); // 4294967295 pages: the sum overflows
      expect(grow(-4)).toEqual([-1, 5]);
      expect(grow(5)).toEqual([5, 10]);
      expect(grow(1)).toEqual([-1, 10]);
      expect(instance.call("load", 9 * 65_536)).toBe(0);
      instance.call("store", 9 * 65_536, 7);
      instance.restore();
    }
    expect(instance.memory?.buffer.byteLength).toBe(10 * 65_536);
  });

  it("grows the real memory only as far as asked", async () => {
    const instance = restorableInstance(await restorable(`(memory 1) ${sizeAndGrow}`));
    instance.call("grow", 3);
    instance.restore();
    expect(instance.call("grow", 2)).toBe(1);
    expect(instance.memory?.buffer.byteLength).toBe(4 * 65_536);
    expect(() => instance.call("load", 4 * 65_536)).toThrow(WebAssembly.RuntimeError);
  });

  it("says whether the guest was refused memory, until it is restored", async () => {
    const rewritten = await restorable(`(memory 2) ${sizeAndGrow}`);
    const { memory, memoryRefused = "" } = rewritten;
    const own = new WebAssembly.Memory({ initial: 2, maximum: memory?.maximumPages ?? 0 });
    const module = new WebAssembly.Module(rewritten.wasm);
    const { exports } = new WebAssembly.Instance(module, { kubewarden: { memory: own } });
    const refused = exports[memoryRefused] as WebAssembly.Global;
    const wasRefused = (pages: number): unknown[] => [callExport(exports, "grow", pages), refused.value];
    expect(wasRefused(8)).toEqual([2, 0]);
    expect(wasRefused(0)).toEqual([10, 0]);
    expect(wasRefused(1)).toEqual([-1, 1]);
    expect(wasRefused(0)).toEqual([10, 1]);
    refused.value = 0;
    expect(wasRefused(-1)).toEqual([-1, 1]);
  });

  it("answers -1 when the engine cannot grow", async () => {
    const rewritten = await restorable(`(memory 1) ${sizeAndGrow}`);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(rewritten.wasm), {
      kubewarden: { memory },
    });
    expect(callExport(exports, "grow", 4)).toBe(-1);
    expect(callExport(exports, "size")).toBe(1);
  });
});

describe("what a rewritten module still does", () => {
  it.each<[string, string, unknown]>([
    [
      "data segments",
      `(memory 1) (data (i32.const 8) "\\2a") (func (export "run") (result i32) (i32.load8_u (i32.const 8)))`,
      42,
    ],
    [
      "a start function that grows the memory",
      `(memory 1) (global $g (mut i32) (i32.const 0))
       (func $start (drop (memory.grow (i32.const 2))) (global.set $g (memory.size))) (start $start)
       (func (export "run") (result i32) (i32.mul (global.get $g) (memory.size)))`,
      9,
    ],
    [
      "call_indirect",
      `(memory 1) (table 2 funcref) (elem (i32.const 0) $size $grow)
       (type $t (func (result i32)))
       (func $size (result i32) memory.size)
       (func $grow (result i32) (memory.grow (i32.const 1)))
       (func (export "run") (result i32)
         (i32.add (call_indirect (type $t) (i32.const 1)) (call_indirect (type $t) (i32.const 0))))`,
      3,
    ],
    [
      "bulk memory",
      `(memory 1) (data $d "\\01\\02\\03\\04")
       (func (export "run") (result i32)
         (memory.init $d (i32.const 10) (i32.const 1) (i32.const 3))
         (memory.copy (i32.const 20) (i32.const 10) (i32.const 3))
         (memory.fill (i32.const 23) (i32.mul (memory.size) (i32.const 9)) (i32.const 1))
         (i32.load (i32.const 20)))`,
      0x09040302,
    ],
    [
      "vectors",
      `(memory 1) (data (i32.const 0) "\\01\\02\\03\\04\\05\\06\\07\\08")
       (func (export "run") (result i32)
         (i32x4.extract_lane 1 (i32x4.add (v128.load (i32.const 0)) (i32x4.splat (memory.size)))))`,
      0x08070606,
    ],
    [
      "exceptions, old style",
      `(memory 1) (tag $e (param i32))
       (func (export "run") (result i32)
         try (result i32) (throw $e (memory.grow (i32.const 1))) catch $e memory.size i32.add catch_all i32.const -9 end)`,
      3,
    ],
    [
      "exceptions, new style",
      `(memory 1) (tag $e (param i32))
       (func (export "run") (result i32)
         (block $h (result i32) (try_table (catch $e $h) (throw $e (memory.grow (i32.const 1)))) unreachable))`,
      1,
    ],
    [
      "several results",
      `(memory 3) (func $two (result i32 i32) memory.size (memory.grow (i32.const 1)))
       (func (export "run") (result i32) call $two (block (param i32 i32) (result i32) i32.sub) memory.size i32.add)`,
      4,
    ],
    [
      "tail calls",
      `(memory 1) (func $grown (param i32) (result i32) memory.size)
       (func (export "run") (result i32) (return_call $grown (memory.grow (i32.const 4))))`,
      5,
    ],
    [
      "branches, loops and constants around patched instructions",
      `(memory 1)
       (func (export "run") (result i32) (local $i i32) (local $sum i32)
         (loop $again
           (block $b1 (block $b0 (br_table $b0 $b1 (i32.rem_u (local.get $i) (i32.const 2))))
             (local.set $sum (i32.add (local.get $sum) (memory.grow (i32.const 1)))))
           (local.set $sum (i32.add (local.get $sum) (i32.const -16191)))
           (drop (i64.const -4557430888798830400)) (drop (f64.const 3.5)) (drop (f32.const -1))
           (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (memory.size))))
         local.get $sum)`,
      1 - 2 * 16191,
    ],
    [
      "no functions of its own",
      `(import "host" "run" (func (result i32))) (memory 1) (export "run" (func 0))`,
      77,
    ],
  ])("%s", async (_row, fields, expected) => {
    const bytes = await assemble(fields);
    const imports = { host: { run: () => 77 } };
    const original = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    const instance = restorableInstance(rewriteForRuntime(bytes, { maxPages }), imports);
    const answer = callExport(original.exports, "run");
    expect(answer).toBe(expected);
    expect(instance.call("run")).toBe(answer);
    instance.restore();
    expect(instance.call("run")).toBe(answer);
  });

  it("typed function references, in locals, block types, select and calls", () => {
    const reference = [0x64, 0x00]; // (ref 0)
    const body = [
      ...[1, 1, 0x63, 0x00], // one local of type (ref null 0)
      ...[0xd2, 1, 0x21, 0], // ref.func 1, local.set 0
      ...[0x02, ...reference], // block (result (ref 0))
      ...[0x20, 0, 0xd4], // local.get 0, ref.as_non_null
      ...[0x20, 0, 0xd4, 0x41, 1, 0x1c, 1, ...reference], // the same, i32.const 1, select (result (ref 0))
      0x0b,
      ...[0x14, 0], // call_ref 0
      ...[0x02, 0x40, 0x20, 0, 0xd5, 0, 0x1a, 0x0b], // block, local.get 0, br_on_null 0, drop, end
      ...[0x02, ...reference, 0x20, 0, 0xd6, 0, 0x00, 0x0b, 0x1a], // block (result (ref 0)), local.get 0, br_on_non_null 0, unreachable, end, drop
      ...[0x20, 0, 0x15, 0, 0x0b], // local.get 0, return_call_ref 0
    ];
    // The result of call_ref stays below what the tail call takes: dead weight that a return drops.
    const size = [0, 0x3f, 0x00, 0x0b]; // memory.size
    const bytes = encodeModule([
      { id: 1, body: Uint8Array.of(2, 0x60, 0, 1, 0x7f, 0x60, 1, ...reference, 1, 0x7f) },
      { id: 3, body: Uint8Array.of(2, 0, 0) },
      { id: 5, body: Uint8Array.of(1, 0, 6) },
      { id: 7, body: Uint8Array.of(1, 3, 0x72, 0x75, 0x6e, 0, 0) },
      { id: 9, body: Uint8Array.of(1, 3, 0, 1, 1) },
      { id: 10, body: Uint8Array.of(2, body.length, ...body, size.length, ...size) },
    ]);
    expect(WebAssembly.validate(bytes)).toBe(true);
    const rewritten = rewriteForRuntime(bytes, { maxPages });
    expect(rewritten.isolation).toEqual({ kind: "restore" });
    expect(restorableInstance(rewritten).call("run")).toBe(6);
  });

  it("code without memory.size and memory.grow, byte for byte", async () => {
    const bytes = await assemble(
      `(memory 1) (func (result i32) (i32.load (i32.const 3))) (func (local f32 i64) nop)`,
    );
    const { wasm } = rewriteForRuntime(bytes, { maxPages });
    const bodies = (module: Uint8Array) => {
      const read = readModule(module);
      return sectionBody(read, findSection(read, sectionId.code) ?? { start: 0, end: 0 }).subarray(1);
    };
    expect(bodies(wasm).subarray(0, bodies(bytes).length)).toEqual(bodies(bytes));
  });
});
