import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { restorableInstance } from "../fixtures/restorable-instance.ts";
import { type RewrittenModule, rewriteForRuntime } from "./index.ts";

/** What makes a module look like a command by Go's compiler; each part may be replaced. */
const parts = {
  read: '(import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))',
  imports: "",
  globals: `(global $sp (mut i32) (i32.const 2048)) ${"(global (mut i64) (i64.const 0))".repeat(6)}
    (global $pause (mut i32) (i32.const 0))`,
  table: "(table 8192 funcref) (elem (i32.const 4096) func $other $reader)",
  start: '(func (export "_start"))',
  /** Counts its calls in memory, and pauses after the third. */
  reader: `(func $reader (type $run)
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 64) (i32.add (i32.const 1) (i32.load (i32.const 64))))
    (if (i32.eq (i32.load (i32.const 64)) (i32.const 3)) (then (global.set $pause (i32.const 1))))
    (i32.store (i32.const 68) (local.get 0))
    (i32.const 1))`,
  other: "(func $other (type $run) (i32.const 0))",
};

function goLike(replaced: Partial<typeof parts> = {}): string {
  const { read, imports, globals, table, start, reader, other } = { ...parts, ...replaced };
  return `(type $run (func (param i32) (result i32))) ${read} ${imports} (memory (export "memory") 1) ${table} ${globals}
    ${start} ${reader} ${other}
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))`;
}

const rewrite = async (replaced?: Partial<typeof parts>): Promise<RewrittenModule> =>
  rewriteForRuntime(await assemble(goLike(replaced)), { maxPages: 10 });

describe("a command by Go's compiler", () => {
  it("can be gone on with: its function below the stack pointer is called until it pauses", async () => {
    const rewritten = await rewrite();
    expect(rewritten.goResume).toEqual({
      exportName: "kubewarden:resume",
      stackPointer: "kubewarden:global:0",
      readerIndex: 4097,
    });
    const instance = restorableInstance(rewritten, {
      wasi_snapshot_preview1: { fd_read: () => 0 },
    });
    // The block to go on with is 7, the function is that at 4097.
    instance.call("store", 2040, (4097 << 16) | 7);
    instance.call("kubewarden:resume");
    expect([instance.call("load", 64), instance.call("load", 68)]).toEqual([3, 7]);
  });

  it.each<[string, Partial<typeof parts>]>([
    ["reads nothing", { read: "(func $fd_read (param i32 i32 i32 i32) (result i32) (i32.const 0))" }],
    ["is no command", { start: "" }],
    ["imports a global", { imports: '(import "env" "g" (global i32))' }],
    [
      "has globals of other types",
      { globals: parts.globals.replace("i64", "i32").replace("i64.const", "i32.const") },
    ],
    ["has a global more", { globals: `${parts.globals} (global (mut i32) (i32.const 0))` }],
    ["has a constant global", { globals: parts.globals.replace("(mut i64)", "i64") }],
    ["reads in two functions", { other: parts.reader.replace("$reader", "$other") }],
    ["puts functions elsewhere in its table", { table: parts.table.replace("4096", "4095") }],
    ["has two segments of functions", { table: `${parts.table} (elem (i32.const 1) func $other)` }],
    ["has its reading function not in the table", { table: parts.table.replace(" $reader", "") }],
    ["has its reading function twice in the table", { table: parts.table.replace("$other", "$reader") }],
  ])("is started each time when it %s", async (_what, replaced) => {
    const rewritten = await rewrite(replaced);
    expect(WebAssembly.validate(rewritten.wasm)).toBe(true);
    expect(rewritten.goResume).toBeUndefined();
  });
});
