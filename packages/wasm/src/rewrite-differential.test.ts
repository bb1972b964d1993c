import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callExport, restorableInstance } from "../fixtures/restorable-instance.ts";
import { byteWriter, encodeModule, rewriteForRuntime, writeS32, writeU32, written } from "./index.ts";

const maxPages = 6;

function i32Const(value: number): number[] {
  const writer = byteWriter();
  writeS32(writer, value);
  return [0x41, ...written(writer)];
}

const address = [...i32Const(0xfffc), 0x71]; // i32.and: within the first page
const few = [...i32Const(7), 0x71];

/** Code of one function: `$run` has two parameters, and each statement leaves the stack as it was. */
const { statement } = fc.letrec<{ expression: readonly number[]; statement: readonly number[] }>((tie) => {
  const expression = tie("expression");
  const statements = fc.array(tie("statement"), { maxLength: 3 }).map((list) => list.flat());
  return {
    expression: fc.oneof(
      { depthSize: "small" },
      fc.integer().map(i32Const),
      fc.constantFrom([0x20, 0], [0x20, 1], [0x23, 0], [0x3f, 0]), // local.get, global.get, memory.size
      expression.map((pages) => [...pages, ...few, 0x40, 0]), // memory.grow
      expression.map((at) => [...at, ...address, 0x28, 0, 0]), // i32.load
      fc
        .tuple(expression, expression, fc.constantFrom(0x6a, 0x6b, 0x6c, 0x6d, 0x70, 0x73, 0x77, 0x4b, 0x48))
        .map(([left, right, operator]) => [...left, ...right, operator]), // division traps at times
      fc
        .tuple(expression, expression, expression)
        .map(([condition, yes, no]) => [...condition, 0x04, 0x7f, ...yes, 0x05, ...no, 0x0b]),
      expression.map((index) => [...index, ...i32Const(1), 0x71, 0x11, 0, 0]), // call_indirect $size, $grow
    ),
    statement: fc.oneof(
      { depthSize: "small" },
      fc.tuple(expression, fc.constantFrom(0, 1)).map(([value, local]) => [...value, 0x21, local]),
      expression.map((value) => [...value, 0x24, 0]), // global.set
      fc.tuple(expression, expression).map(([at, value]) => [...at, ...address, ...value, 0x36, 0, 0]), // i32.store
      fc.tuple(expression, statements).map(([leave, body]) => [0x02, 0x40, ...leave, 0x0d, 0, ...body, 0x0b]),
      statements.map((body) => [0x03, 0x40, ...body, 0x0b]),
    ),
  };
});
const functionBody = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 8 }))
  .map(([statements]) => [0, ...statements.flat(), 0x20, 0, 0x20, 1, 0x73, 0x23, 0, 0x6a, 0x0b]);

function sized(body: readonly number[]): number[] {
  const writer = byteWriter();
  writeU32(writer, body.length);
  return [...written(writer), ...body];
}

/** `$size`, `$grow` and `run`, a memory of one page and at most `maxPages`, a mutable global, and data. */
function moduleOf(body: readonly number[]): Uint8Array<ArrayBuffer> {
  const functions = [[0, 0x3f, 0, 0x0b], [0, ...i32Const(1), 0x40, 0, 0x0b], body];
  const sections: [id: number, body: number[]][] = [
    [1, [2, 0x60, 0, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7f]],
    [3, [3, 0, 0, 1]],
    [4, [1, 0x70, 0, 2]],
    [5, [1, 1, 1, maxPages]],
    [6, [1, 0x7f, 1, 0x41, 5, 0x0b]],
    [7, [1, 3, ...new TextEncoder().encode("run"), 0, 2]],
    [9, [1, 0, 0x41, 0, 0x0b, 2, 0, 1]],
    [10, [3, ...functions.flatMap(sized)]],
    [11, [1, 0, 0x41, 8, 0x0b, 4, 1, 2, 3, 4]],
  ];
  return encodeModule(sections.map(([id, content]) => ({ id, body: Uint8Array.from(content) })));
}

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return error.message;
    throw error;
  }
}

describe("a rewritten module", () => {
  it("does what the original does, again after each restoring", () => {
    fc.assert(
      fc.property(
        functionBody,
        fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 1, maxLength: 4 }),
        (body, calls) => {
          const bytes = moduleOf(body);
          const original = new WebAssembly.Instance(new WebAssembly.Module(bytes));
          const expected = calls.map(([a, b]) => outcome(() => callExport(original.exports, "run", a, b)));
          const rewritten = rewriteForRuntime(bytes, { maxPages });
          expect(rewritten.isolation).toEqual({ kind: "restore" });
          const instance = restorableInstance(rewritten);
          for (const _evaluation of [1, 2, 3]) {
            expect(calls.map(([a, b]) => outcome(() => instance.call("run", a, b)))).toEqual(expected);
            instance.restore();
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
