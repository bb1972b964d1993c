import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { callExport } from "../fixtures/restorable-instance.ts";
import { moduleWithoutState, rewriteForRuntime } from "./index.ts";

const maxPages = 10;

/** An engine with a program in its data, as far as this matters here. */
const engineWith = async (program: string, { pages = 1, handle = 7, fields = "" } = {}) =>
  rewriteForRuntime(
    await assemble(`
      (import "host" "base" (global i32))
      (memory (export "memory") ${pages}) (table 1 funcref) (elem (i32.const 0) $read)
      (global $handle (mut i32) (i32.const ${handle})) (global (mut i64) (i64.const ${handle}))
      (global (mut f32) (f32.const ${handle})) (global (mut f64) (f64.const ${handle}))
      (global $fixed i32 (i32.const 5)) (global funcref (ref.func $read))
      (data (i32.const 8) "${program}")
      (func $read (export "read") (result i32) (i32.add (i32.load8_u (i32.const 8)) (global.get $handle)))
      (func $start (global.set $handle (i32.const 9)))
      (func (export "fixed") (result i32) (i32.add (global.get $fixed) (call_indirect (result i32) (i32.const 0))))
      ${fields}`),
    { maxPages },
  );

describe("a module without state", () => {
  it("is the same for all programs of an engine", async () => {
    const one = await engineWith("one");
    const other = await engineWith("another", { pages: 3, handle: 1, fields: "" });
    expect(one.wasm).not.toEqual(other.wasm);
    expect(moduleWithoutState(one.wasm)).toEqual(moduleWithoutState(other.wasm));
  });

  it("runs as the original once its memory and its mutable globals are written", async () => {
    const { wasm, memory: own, globals, virtualPages } = await engineWith("\\05");
    const memory = new WebAssembly.Memory({ initial: own!.initialPages, maximum: own!.maximumPages });
    const base = new WebAssembly.Global({ value: "i32" }, 0);
    const imports = { host: { base }, [own!.import.module]: { [own!.import.name]: memory } };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleWithoutState(wasm)), imports);
    expect(callExport(exports, "read")).toBe(0);
    new Uint8Array(memory.buffer)[8] = 5;
    const names = [...globals.map(({ exportName }) => exportName), virtualPages!];
    const values = names.map((name) => (exports[name] as WebAssembly.Global).value);
    expect(values).toEqual([0, 0n, 0, 0, 0]);
    (exports[names[0]!] as WebAssembly.Global).value = 7;
    expect(callExport(exports, "read")).toBe(12);
    expect(callExport(exports, "fixed")).toBe(17);
  });

  it("does not start by itself", async () => {
    const { wasm, memory: own } = await engineWith("", { fields: "(start $start)" });
    const memory = new WebAssembly.Memory({ initial: own!.initialPages, maximum: own!.maximumPages });
    const base = new WebAssembly.Global({ value: "i32" }, 0);
    const imports = { host: { base }, [own!.import.module]: { [own!.import.name]: memory } };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleWithoutState(wasm)), imports);
    expect(callExport(exports, "read")).toBe(0);
  });

  it("is no module where code reads the data", async () => {
    const { wasm } = await engineWith("", {
      fields: `(data $later "later")
        (func (export "init") (memory.init $later (i32.const 0) (i32.const 0) (i32.const 1)))`,
    });
    expect(WebAssembly.validate(wasm)).toBe(true);
    expect(WebAssembly.validate(moduleWithoutState(wasm))).toBe(false);
  });
});
