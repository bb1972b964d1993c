import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { callExport, restorableInstance } from "../fixtures/restorable-instance.ts";
import { countImports, readModule, rewriteForRuntime } from "./index.ts";

const maxPages = 8;
const page = 65_536;

interface Plain {
  call(name: string, ...args: (number | bigint)[]): unknown;
}

async function both(fields: string): Promise<{ original: Plain; rewritten: Plain; isolation: string }> {
  const bytes = await assemble(fields);
  const rewritten = rewriteForRuntime(bytes, { maxPages });
  const plain = (wasm: Uint8Array<ArrayBuffer>): Plain => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
    return { call: (name, ...args) => callExport(exports, name, ...args) };
  };
  return {
    original: plain(bytes),
    rewritten: rewritten.isolation.kind === "restore" ? restorableInstance(rewritten) : plain(rewritten.wasm),
    isolation: rewritten.isolation.kind,
  };
}

/** What a call gives: its result, or the text of the trap. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return error.message;
    throw error;
  }
}

/** A sum of all bytes of a memory that depends on their places, and one that writes different bytes everywhere. */
const helpers = (memory: string, address: "i32" | "i64" = "i32"): string => `
  (func (export "sum${memory}") (result i32) (local $at ${address}) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load8_u ${memory} (local.get $at))))
      (br_if $next (${address}.lt_u
        (local.tee $at (${address}.add (local.get $at) (${address}.const 1))) (${address}.const ${page * 2}))))
    local.get $sum)
  (func (export "mix${memory}") (local $at ${address}) (local $random i32) (local.set $random (i32.const 1))
    (loop $next
      (local.set $random (i32.add (i32.mul (local.get $random) (i32.const 1103515245)) (i32.const 12345)))
      (i32.store8 ${memory} (local.get $at) (i32.shr_u (local.get $random) (i32.const 16)))
      (br_if $next (${address}.lt_u
        (local.tee $at (${address}.add (local.get $at) (${address}.const 1))) (${address}.const ${page * 2})))))`;

const place = fc.oneof(
  fc.integer({ min: 0, max: 2 * page }),
  fc.constantFrom(0, 1, 16_383, 16_384, 16_385, 2 * page - 1, 2 * page, 2 * page + 1, -1, -16_384),
);

describe("instructions that move much at once", () => {
  const parameters = "(param i32) (param i32) (param i32)";
  const operands = "(local.get 0) (local.get 1) (local.get 2)";
  const wide = "(i64.extend_i32_u (local.get 0))";
  it.each([
    ["memory.fill", "restore", "(memory 2)", `(memory.fill ${operands})`, helpers("")],
    ["memory.copy", "restore", "(memory 2)", `(memory.copy ${operands})`, helpers("")],
    [
      "memory.init",
      "restore",
      `(memory 2) (data $d "${"kubewarden".repeat(5000)}")`,
      `(memory.init $d ${operands})`,
      helpers(""),
    ],
    [
      "memory.fill of the second memory",
      "fresh",
      "(memory 1) (memory 2)",
      `(memory.fill 1 ${operands})`,
      helpers("1"),
    ],
    [
      "memory.copy between memories",
      "fresh",
      "(memory 2) (memory 2)",
      `(memory.copy 1 0 ${operands})`,
      helpers("1") + helpers("0"),
    ],
    [
      "memory.fill with 64-bit addresses",
      "fresh",
      "(memory i64 2)",
      `(memory.fill ${wide} (local.get 1) (i64.extend_i32_u (local.get 2)))`,
      helpers("", "i64"),
    ],
    [
      "memory.copy with 64-bit addresses",
      "fresh",
      "(memory i64 2)",
      `(memory.copy ${wide} (i64.extend_i32_u (local.get 1)) (i64.extend_i32_u (local.get 2)))`,
      helpers("", "i64"),
    ],
    [
      "memory.init with 64-bit addresses",
      "fresh",
      `(memory i64 2) (data $d "${"kubewarden".repeat(5000)}")`,
      `(memory.init $d ${wide} (local.get 1) (local.get 2))`,
      helpers("", "i64"),
    ],
  ])("%s does the same in pieces", async (_row, expected, declarations, operation, more) => {
    const fields = `${declarations} ${more} (func (export "run") ${parameters} ${operation})`;
    const { original, rewritten, isolation } = await both(fields);
    expect(isolation).toBe(expected);
    const memories = [...more.matchAll(/"sum(\d*)"/g)].map(([, memory]) => memory);
    const state = ({ call }: Plain): unknown[] => memories.map((memory) => call(`sum${memory}`));
    for (const { call } of [original, rewritten]) for (const memory of memories) call(`mix${memory}`);
    let moved = 0;
    fc.assert(
      fc.property(place, place, place, (to, from, length) => {
        const answer = outcome(() => original.call("run", to, from, length));
        expect(outcome(() => rewritten.call("run", to, from, length))).toBe(answer);
        // What a trap leaves behind is nobody's: its instance is thrown away.
        for (const { call } of answer === undefined ? [] : [original, rewritten])
          for (const memory of memories) call(`mix${memory}`);
        if (answer === undefined && length > 16_384) moved++;
        expect(state(rewritten)).toEqual(state(original));
      }),
      { numRuns: 300 },
    );
    expect(moved).toBeGreaterThan(0);
  });

  const element = fc.integer({ min: 0, max: 310 });
  const elements = Array.from({ length: 300 }, (_none, index) => `$f${index % 7}`).join(" ");
  it.each([
    ["table.copy", `(table.copy ${operands})`],
    ["table.copy between tables", `(table.copy 1 0 ${operands})`],
    ["table.init", `(table.init $e ${operands})`],
    ["table.fill", "(table.fill (local.get 0) (table.get (local.get 1)) (local.get 2))"],
  ])("%s does the same in pieces", async (_row, operation) => {
    const functions = Array.from(
      { length: 7 },
      (_n, index) => `(func $f${index} (result i32) (i32.const ${index}))`,
    );
    const { original, rewritten } = await both(`
      (type $plain (func (result i32))) ${functions.join(" ")} (table 300 funcref) (table 300 funcref)
      (elem (table 0) (i32.const 0) func ${elements}) (elem (table 1) (i32.const 0) func ${elements})
      (elem $e func ${elements.replaceAll("$f1", "$f0")})
      (func (export "run") ${parameters} ${operation})
      (func (export "at0") (param i32) (result i32) (call_indirect 0 (type $plain) (local.get 0)))
      (func (export "at1") (param i32) (result i32) (call_indirect 1 (type $plain) (local.get 0)))`);
    const state = ({ call }: Plain): unknown[] =>
      ["at0", "at1"].flatMap((name) => Array.from({ length: 300 }, (_none, index) => call(name, index)));
    fc.assert(
      fc.property(element, element, element, (to, from, length) => {
        const answer = outcome(() => original.call("run", to, from, length));
        if (answer !== undefined) return; // a trap: what it leaves behind is thrown away
        expect(outcome(() => rewritten.call("run", to, from, length))).toBe(answer);
        expect(state(rewritten)).toEqual(state(original));
      }),
      { numRuns: 60 },
    );
    expect(outcome(() => rewritten.call("run", 299, 0, 9))).toMatch(/out of bounds/);
  });

  it.each([
    ["restored", "", 2 + 1],
    ["fresh", "(memory 1)", 2],
  ])("share one function for all that are alike: %s", async (_row, more, added) => {
    const fill = "(memory.fill (i32.const 0) (i32.const 0) (i32.const 1))";
    const copy = "(memory.copy (i32.const 0) (i32.const 0) (i32.const 1))";
    const bytes = await assemble(`(memory 1) ${more} (func ${fill} ${copy} ${fill}) (func ${copy})`);
    const { functions } = readModule(rewriteForRuntime(bytes, { maxPages }).wasm);
    expect(functions).toHaveLength(2 + added);
    expect(countImports(readModule(bytes), "function")).toBe(0);
  });

  it("are refused when there are too many kinds", async () => {
    const tables = "(table 1 funcref)".repeat(101);
    const copies = Array.from(
      { length: 101 * 101 },
      (_none, index) =>
        `(table.copy ${index % 101} ${Math.floor(index / 101)} (i32.const 0) (i32.const 0) (i32.const 0))`,
    );
    const bytes = await assemble(`${tables} (func ${copies.join("")})`);
    expect(() => rewriteForRuntime(bytes, { maxPages })).toThrow(
      expect.objectContaining({
        code: "WASM_LIMIT",
        message: "more than 10000 different instructions that move memory or tables",
      }),
    );
  });
});
