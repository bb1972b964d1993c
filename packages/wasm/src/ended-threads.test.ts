// The engine looks for a request to end only now and then: threads must end all the same, whatever a guest repeats.
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { rewriteForRuntime } from "./index.ts";

const megabytes = "(i32.const 16777216)";
const fill = `(memory.fill (i32.const 0) (i32.const 1) ${megabytes})`;
const copy = `(memory.copy (i32.const 0) (i32.const 1) ${megabytes})`;
const elements = "(i32.const 500000)";
const large = "(memory 300)";
const ever = (body: string): string => `(loop $ever ${body} (br $ever))`;

const script = `
  const { parentPort, workerData: { wasm, memory } } = require("node:worker_threads");
  const limits = memory && { initial: memory.initialPages, maximum: memory.maximumPages };
  const imports = memory && { [memory.import.module]: { [memory.import.name]: new WebAssembly.Memory(limits) } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), imports ?? {});
  parentPort.postMessage("runs");
  exports.run();
  parentPort.postMessage("done");`;

describe("policy-runtime 7: a thread ends when it is told to, while its guest", () => {
  it.each([
    ["fills memory", large, ever(fill)],
    ["copies memory", large, ever(copy)],
    ["fills memory thousands of times in a row", large, fill.repeat(20_000)],
    [
      "fills the second of its memories",
      `(memory 1) ${large}`,
      ever(fill.replace("memory.fill", "memory.fill 1")),
    ],
    [
      "fills memory with 64-bit addresses",
      "(memory i64 300)",
      ever("(memory.fill (i64.const 0) (i32.const 1) (i64.const 16777216))"),
    ],
    ["fills shared memory", "(memory 300 300 shared)", ever(fill)],
    [
      "fills a table",
      "(table 500000 funcref)",
      ever(`(table.fill (i32.const 0) (ref.null func) ${elements})`),
    ],
    [
      "copies a table",
      "(table 500001 funcref)",
      ever(`(table.copy (i32.const 0) (i32.const 1) ${elements})`),
    ],
    ["throws", "(tag $e (param i32))", ever("(try (do (throw $e (i32.const 1))) (catch_all))")],
    ["asks for too much memory", large, ever("(drop (memory.grow (i32.const 9999)))")],
    [
      "asks for too much of two memories",
      `${large} (memory 1)`,
      ever("(drop (memory.grow (i32.const 9999)))"),
    ],
    ["asks for nothing of two memories", `${large} (memory 1)`, ever("(drop (memory.grow (i32.const 0)))")],
    [
      "asks for too large a table",
      "(table 1 funcref)",
      ever("(drop (table.grow (ref.null func) (i32.const 9999999)))"),
    ],
    [
      "waits for nobody",
      "(memory 1 1 shared)",
      "(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))",
    ],
    ["calculates", "", ever("(drop (i64.div_s (i64.const 9) (i64.const 3)))")],
  ])("%s", async (_row, declarations, body) => {
    const bytes = await assemble(`${declarations} (func (export "run") ${body})`);
    const { wasm, memory } = rewriteForRuntime(bytes, { maxPages: 8192 });
    const worker = new Worker(script, { eval: true, workerData: { wasm, memory } });
    const messages: unknown[] = [];
    const { promise: runs, resolve, reject } = Promise.withResolvers<void>();
    worker.on("error", reject);
    worker.on("message", (message) => {
      messages.push(message);
      resolve();
    });
    await runs;
    await worker.terminate();
    expect(messages).toEqual(["runs"]);
  });
});
