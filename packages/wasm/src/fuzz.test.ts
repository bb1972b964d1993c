import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import {
  dataSegments,
  readModule,
  renameImports,
  rewriteForRuntime,
  setCustomSection,
  WasmError,
} from "./index.ts";

const maxPages = 64;

const modules = await Promise.all(
  [
    `(import "host" "call" (func $call (param i32) (result i32))) (memory (export "memory") 1 9)
     (table 2 funcref) (elem (i32.const 0) $run $call)
     (global $g (mut i32) (i32.const 7)) (global i64 (i64.const -9)) (data (i32.const 4) "metadata")
     (func $run (export "run") (param i32) (result i32) (local i64 f32)
       (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then (return (memory.size))))
       (block $b (br_table $b $b (local.get 0)))
       (global.set $g (call $call (i32.load offset=3 (local.get 0))))
       (call_indirect (param i32) (result i32) (global.get $g) (i32.const 1)))
     (func $start (drop (memory.grow (i32.const 1)))) (start $start)`,
    `(memory 1) (data $d "passive")
     (func (result v128) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3))
       (v128.store (i32.const 0) (v128.const i32x4 1 2 3 4))
       (v128.load8_lane 3 (i32.const 0) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.load (i32.const 16)) (i32x4.splat (memory.size)))))`,
    `(memory 2) (tag $e (param i32)) (func (result i32) try (result i32) (throw $e (memory.size)) catch $e end)
     (func (result i32) (select (result i32) (i32.const 1) (memory.grow (i32.const 1)) (f64.ge (f64.const 1) (f64.const 2))))`,
    `(tag $e (param i32)) (memory 1) (func (result i32)
       (block $h (result i32) (try_table (catch $e $h) (throw $e (memory.size))) unreachable))`,
    `(import "e" "m" (memory 0 3)) (memory 1) (memory i64 1 2) (global (mut externref) (ref.null extern))
     (table 3 externref) (func (drop (table.grow (ref.null extern) (i32.const 1))))`,
    `(memory i64 1 2) (memory 1) (table 3 funcref) (table 4 externref) (elem $e func 0) (data $d "passive")
     (func (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)) (table.copy 0 0 (i32.const 0) (i32.const 1) (i32.const 1))
       (table.fill 1 (i32.const 0) (ref.null extern) (i32.const 2)) (memory.fill (i64.const 0) (i32.const 0) (i64.const 9))
       (memory.copy 0 1 (i64.const 0) (i32.const 0) (i32.const 9)) (memory.init $d (i64.const 0) (i32.const 1) (i32.const 2)))`,
    `(import "env" "base" (global i32)) (memory 1) (global i32 (i32.add (i32.const 1) (i32.const 2)))
     (func (export "a") (return_call 1)) (func (export "b"))`,
  ].map(assemble),
);

const operations: readonly ((bytes: Uint8Array) => unknown)[] = [
  readModule,
  dataSegments,
  (bytes) => setCustomSection(bytes, "name", Uint8Array.of(1)),
  (bytes) => renameImports(bytes, ({ module, name }) => ({ module: `${module}2`, name })),
  (bytes) => rewriteForRuntime(bytes, { maxPages }),
];

/** Runs an operation. @returns what it answers, or nothing for our declared error */
function attempt<T>(operation: () => T): T | undefined {
  try {
    return operation();
  } catch (error) {
    if (error instanceof WasmError) return undefined;
    throw error;
  }
}

/** What must hold for whatever bytes. */
function check(bytes: Uint8Array<ArrayBuffer>): void {
  for (const operation of operations) attempt(() => operation(bytes));
  if (!WebAssembly.validate(bytes)) return;
  const written = [
    attempt(() => setCustomSection(bytes, "name", Uint8Array.of(1))),
    attempt(() => renameImports(bytes, ({ module, name }) => ({ module: `${module}2`, name }))),
    attempt(() => rewriteForRuntime(bytes, { maxPages }).wasm),
  ];
  for (const output of written) expect(output === undefined || WebAssembly.validate(output)).toBe(true);
}

const base = fc.constantFrom(...modules);
const flip = fc.tuple(fc.nat(), fc.nat(255));

describe("any bytes", () => {
  it("are read and written when nothing is wrong with them", () => {
    for (const bytes of modules) {
      expect(WebAssembly.validate(bytes)).toBe(true);
      for (const operation of operations) operation(bytes);
      check(bytes);
    }
  });

  it("give nothing but our error, or a valid module for a valid one: single bytes changed", () => {
    fc.assert(
      fc.property(base, fc.array(flip, { minLength: 1, maxLength: 3 }), (bytes, flips) => {
        const changed = new Uint8Array(bytes);
        for (const [offset, value] of flips) changed[8 + (offset % (bytes.length - 8))] = value;
        check(changed);
      }),
      { numRuns: 4000 },
    );
  });

  it("give nothing but our error: cut off", () => {
    for (const bytes of modules) {
      for (let length = 0; length < bytes.length; length++) check(bytes.slice(0, length));
    }
  });

  it("give nothing but our error: random, with and without a module's head", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, withHead) => {
        const head = withHead ? [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] : [];
        check(Uint8Array.from([...head, ...bytes]));
      }),
      { numRuns: 1000 },
    );
  });
});
