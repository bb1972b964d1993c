import { describe, expect, it } from "vitest";
import { regoGuest } from "../guests/text/rego.ts";
import { wapcGuest } from "../guests/text/wapc.ts";
import { wasiGuest } from "../guests/text/wasi.ts";
import { ask, loneGuest } from "./lone-guest.ts";

const accepted = '{"accepted":true}';
const accept = `(call $guest_response (i32.const 16) (i32.const ${accepted.length})) (i32.const 1)`;
const wapc = (body: string, more = "", memory = '(memory (export "memory") 2)'): string =>
  wapcGuest({ data: [[16, accepted]], body, more, memory });
const poll =
  '(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))';
const waiting = (body: string, more = ""): string =>
  wapcGuest({ data: [[16, accepted]], imports: poll, body, more });
/** Makes instances fresh ones for each evaluation. */
const tables = "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))";

describe("lengths of gigabytes, given to a host of waPC", () => {
  it.each([
    ["an answer", "(call $guest_response (i32.const 0) (i32.const -1))", /answered with more than/],
    [
      "an answer beyond the memory",
      "(call $guest_response (i32.const 131000) (i32.const 73))",
      /out of bounds/,
    ],
    ["an error", "(call $guest_error (i32.const 0) (i32.const -1))", /out of bounds/],
    ["a line for the log", "(call $console_log (i32.const 0) (i32.const 0x7fffffff))", /out of bounds/],
    ["a place for the request", "(call $guest_request (i32.const -1) (i32.const -1))", /out of bounds/],
    [
      "a name",
      "(drop (call $host_call (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))",
      /a name of more than 1024 bytes/,
    ],
  ])("%s", async (_name, code, text) => {
    const hostile = await loneGuest(wapc(`${code} ${accept}`), "wapc");
    expect(await ask(hostile)).toMatch(new RegExp(`^failure .*${text.source}`));
  });
});

describe("many small things, given to a host of WASI", () => {
  // A page of vectors that are empty, or of one byte each.
  const vectors = (length: number, count: number): string => `
    (loop $fill
      (i32.store (i32.add (i32.const 8192) (i32.mul (local.get $n) (i32.const 8))) (i32.const 64))
      (i32.store (i32.add (i32.const 8196) (i32.mul (local.get $n) (i32.const 8))) (i32.const ${length}))
      (br_if $fill (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const ${count}))))`;
  const writes = (count: number): string => `
    (local.set $n (i32.const 0))
    (loop $again
      (drop (call $fd_write (i32.const 1) (i32.const 8192) (i32.const ${count}) (i32.const 4)))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 400))))`;

  it.each([
    ["bytes, one at a time", 1, /^answer a{3200000}$/],
    ["nothing at all", 0, /^answer $/],
  ])("takes no more than what is written: %s", async (_name, length, text) => {
    const body = `${vectors(length, 8000)} ${writes(8000)}`;
    const hostile = await loneGuest(wasiGuest({ data: [[64, "a"]], body }), "wasi");
    const before = process.memoryUsage().heapUsed;
    expect(await ask(hostile)).toMatch(text);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 2 ** 20);
  });

  it.each([
    [
      "vectors",
      "(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 4)))",
      /out of bounds/,
    ],
    [
      "vectors to be filled",
      "(drop (call $fd_read (i32.const 0) (i32.const -8) (i32.const -1) (i32.const 4)))",
      /out of bounds/,
    ],
    [
      "subscriptions",
      "(if (i32.ne (call $poll (i32.const 0) (i32.const 0) (i32.const 89478486) (i32.const 0)) (i32.const 28)) (then (unreachable)))",
      /^answer $/,
    ],
  ])("gives up in an orderly way: 2^31 %s", async (_name, body, text) => {
    expect(await ask(await loneGuest(wasiGuest({ body }), "wasi"))).toMatch(text);
  });
});

describe("a text of a Rego module that does not end", () => {
  it.each([
    ["its result", { opa_eval_ctx_get_result: "(i32.const 70000)" }],
    ["why it stops", { eval: "(call $opa_abort (i32.const 70000)) (i32.const 0)" }],
  ])("is not read to its end: %s", async (_name, bodies) => {
    const memory = '(import "env" "memory" (memory 64))';
    const filled = Object.entries(bodies).map(([name, body]) => [
      name,
      `(memory.fill (i32.const 70000) (i32.const 97) (i32.const 3000000)) ${body}`,
    ]);
    const hostile = regoGuest({ memory, bodies: Object.fromEntries(filled) });
    const guest = await loneGuest(hostile, "rego", { limits: { maxOutputBytes: 100_000 } });
    expect(await ask(guest)).toBe(
      "failure the module gave a text of more than 100000 bytes (--max-policy-output-bytes sets the limit)",
    );
  });

  it("is told to a sensible length", async () => {
    const memory = '(import "env" "memory" (memory 64))';
    const abort =
      "(memory.fill (i32.const 70000) (i32.const 97) (i32.const 3000000)) (call $opa_abort (i32.const 70000)) (i32.const 0)";
    const said = await ask(await loneGuest(regoGuest({ memory, bodies: { eval: abort } }), "rego"));
    expect(said.replace(/a+…/, "a…")).toBe("failure opa_abort: a… (cut after 66000 bytes)");
  });
});

describe("a stack without end", () => {
  const deep = "(func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (local.get 0))))";
  const recurse = "(drop (call $deep (i32.const 0)))";
  it.each([
    ["of a restored guest", wapc(`${recurse} ${accept}`, deep)],
    ["of a guest that can wait, which has a stack of its own", waiting(`${recurse} ${accept}`, deep)],
    ["of a fresh guest", wapc(`${recurse} ${accept}`, `${deep} ${tables}`)],
  ])("is a failure: %s", async (_name, module) => {
    const hostile = await loneGuest(module, "wapc");
    expect(await ask(hostile)).toBe("failure Guest call failure: wasm trap: call stack exhausted");
  });

  it("is a failure in a Rego module", async () => {
    const hostile = regoGuest({ more: deep, bodies: { eval: `${recurse} (i32.const 0)` } });
    expect(await ask(await loneGuest(hostile, "rego"))).toBe("failure wasm trap: call stack exhausted");
  });

  it("is a failure when it ends within the host", async () => {
    const more = `(func $deep (call $console_log (i32.const 16) (i32.const 1)) (try (do (call $deep)) (catch_all)))`;
    expect(await ask(await loneGuest(wapc(`(call $deep) ${accept}`, more), "wapc"))).toMatch(/^failure/);
  });
});

describe("memory, tables and globals without end", () => {
  const limits = { maxMemoryPages: 16 };
  const grows = (pages: number): string => `(memory.grow (i32.const ${pages}))`;
  const refusal = "(if (i32.ne (i32.const -1)";
  it.each([
    [
      "to the limit is given",
      wapc(`(if (i32.ne (i32.const 2) ${grows(14)}) (then (unreachable))) ${accept}`),
    ],
    ["beyond it is not", wapc(`${refusal} ${grows(15)}) (then (unreachable))) ${accept}`)],
    [
      "beyond it is not, in pages that wrap around",
      wapc(`${refusal} ${grows(-2)}) (then (unreachable))) ${accept}`),
    ],
    [
      "is not given to a fresh guest either",
      wapc(`${refusal} ${grows(15)}) (then (unreachable))) ${accept}`, tables),
    ],
  ])("%s", async (_name, module) => {
    expect(await ask(await loneGuest(module, "wapc", { limits }))).toBe(`answer ${accepted}`);
  });

  it.each([
    [
      "in its start section",
      `(func $s (loop $again (br_if $again (i32.ne ${grows(1)} (i32.const -1)))) (unreachable)) (start $s)`,
    ],
    [
      "when it starts",
      `(func (export "wapc_init") (loop $again (br_if $again (i32.ne ${grows(1)} (i32.const -1)))) (unreachable))`,
    ],
  ])("is refused %s", async (_name, more) => {
    await expect(loneGuest(wapc(accept, more), "wapc", { limits })).rejects.toThrow("wasm trap: unreachable");
  });

  it("as tables: they stop growing", async () => {
    const grow = `(table $t 1 externref)
      (func $more (loop $again (br_if $again (i32.ne (i32.const -1) (table.grow $t (ref.null extern) (i32.const 65536))))))`;
    const check = `(call $more) (if (i32.gt_u (table.size $t) (i32.const 1000000)) (then (unreachable)))`;
    expect(await ask(await loneGuest(wapc(`${check} ${accept}`, grow), "wapc"))).toBe(`answer ${accepted}`);
  });

  it("as globals: putting them back is not worth it", async () => {
    const globals = "(global (mut i32) (i32.const 0))".repeat(20_000);
    const hostile = await loneGuest(wapc(accept, globals), "wapc");
    expect(await ask(hostile)).toBe(`answer ${accepted}`);
    expect(hostile.restore()).toBe(false);
  });
});
