// An exception that a function of the host throws can be caught by the guest. What ends an evaluation must end it all the same.
import { describe, expect, it } from "vitest";
import { regoGuest } from "../guests/text/rego.ts";
import { wapcGuest } from "../guests/text/wapc.ts";
import { wasiGuest } from "../guests/text/wasi.ts";
import { ask, loneGuest } from "./lone-guest.ts";

const accepted = '{"accepted":true}';
const swallow = (code: string): string => `(try (do ${code}) (catch_all))`;
const limits = { maxHostCalls: 3, maxOutputBytes: 1000, maxHostAnswerBytes: 50, maxMemoryPages: 8 };

/** Instructions that are ended, and what is said of that. */
const ends: readonly [name: string, code: string, text: RegExp][] = [
  ["too many host calls", "(loop $again (drop (call $ask)) (br $again))", /more than 3 host calls/],
  ["too large a payload", "(drop (call $ask_with (i32.const 1001)))", /payload of more than 1000 bytes/],
  ["pointers out of its memory", "(drop (call $ask_with (i32.const -1)))", /payload of more than 1000 bytes/],
  [
    "names that are not UTF-8",
    "(i32.store8 (i32.const 704) (i32.const 255)) (drop (call $ask))",
    /bd to UTF8/,
  ],
  ["an exit", "(call $exit (i32.const 3))", /exit with status 3/],
  ["an exit that no system has", "(call $exit (i32.const 200))", /invalid exit status/],
  [
    "an exit, then another",
    `${swallow("(call $exit (i32.const 3))")} (call $exit (i32.const 0))`,
    /status 3/,
  ],
];

const asking = `
  (func $ask_with (param $length i32) (result i32)
    (call $host_call (i32.const 704) (i32.const 1) (i32.const 705) (i32.const 1) (i32.const 706) (i32.const 1)
      (i32.const 707) (local.get $length)))
  (func $ask (result i32) (call $ask_with (i32.const 1)))`;
const letters = [704, "abcd"] as const;
const exit = '(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))';
const accept = `(call $guest_response (i32.const 16) (i32.const ${accepted.length})) (i32.const 1)`;

describe("a waPC guest that catches", () => {
  const guest = (code: string): string =>
    wapcGuest({ imports: exit, more: asking, data: [[16, accepted], letters], body: `${code} ${accept}` });

  it("is heard as long as nothing ended it", async () => {
    expect(
      await ask(
        await loneGuest(guest(swallow("(throw $own)")).replace("(memory", "(tag $own) (memory"), "wapc"),
      ),
    ).toBe(`answer ${accepted}`);
  });

  it.each(ends)("what ends it: %s", async (_name, code, text) => {
    const hostile = await loneGuest(guest(swallow(code)), "wapc", { limits });
    expect(await ask(hostile)).toMatch(new RegExp(`^failure Guest call failure: .*${text.source}`));
  });

  it("an answer that is too long", async () => {
    const code = swallow("(call $guest_response (i32.const 0) (i32.const 1001))");
    expect(await ask(await loneGuest(guest(code), "wapc", { limits }))).toMatch(
      /^failure .*answered with more than 1000/,
    );
  });

  it("answers of its host that are too long", async () => {
    const hostile = await loneGuest(guest(swallow("(drop (call $ask))")), "wapc", { limits });
    const long = { call: async () => new Uint8Array(51) };
    expect(await ask(hostile, long)).toMatch(/^failure .*answered with more than 50 bytes/);
  });

  it("and then fails in its own way: what ended it is told", async () => {
    const hostile = await loneGuest(guest(`${swallow(ends[0]![1])} (unreachable)`), "wapc", { limits });
    expect(await ask(hostile)).toMatch(/^failure .*more than 3 host calls/);
    expect(hostile.restore()).toBe(false);
  });

  it("an exit while it starts: it is as if it had not caught it", async () => {
    const start = (code: number, name: string): string =>
      guest("").replace(
        "(memory",
        `(func (export "${name}") ${swallow(`(call $exit (i32.const ${code}))`)}) (memory`,
      );
    expect(await ask(await loneGuest(start(0, "_start"), "wapc"))).toBe(`answer ${accepted}`);
    await expect(loneGuest(start(1, "_start"), "wapc")).rejects.toThrow(
      "Initialization failed: exit with status 1",
    );
    await expect(loneGuest(start(0, "wapc_init"), "wapc")).rejects.toThrow("Initialization failed");
    const section = guest("").replace(
      "(memory",
      `(func $s ${swallow("(call $exit (i32.const 0))")}) (start $s) (memory`,
    );
    await expect(loneGuest(section, "wapc")).rejects.toThrow("exit with status 0");
  });
});

describe("a WASI guest that catches", () => {
  const guest = (code: string): string =>
    wasiGuest({
      more: asking.replaceAll("$host_call", "$call"),
      data: [[64, accepted], letters],
      body: `${code} (call $write (i32.const 1) (i32.const 64) (i32.const ${accepted.length}))`,
    });

  it.each(ends)("what ends it: %s", async (_name, code, text) => {
    const hostile = await loneGuest(guest(swallow(code)), "wasi", { limits });
    expect(await ask(hostile)).toMatch(new RegExp(`^failure .*${text.source}`));
  });

  it("the end of its output", async () => {
    const code = swallow("(call $write (i32.const 1) (i32.const 0) (i32.const 1001))");
    expect(await ask(await loneGuest(guest(code), "wasi", { limits }))).toMatch(
      /^failure .*more than 1000 bytes to standard output/,
    );
  });

  it("an orderly exit: what it writes afterwards is not heard", async () => {
    const hostile = await loneGuest(guest(swallow("(call $exit (i32.const 0))")), "wasi");
    expect(await ask(hostile)).toBe("answer ");
  });
});

describe("a Rego module that catches", () => {
  it.each([
    ["opa_abort", `(call $opa_abort (i32.const 8192))`, /^failure opa_abort: stop/],
    [
      "an unknown function",
      `(drop (call $opa_builtin0 (i32.const 5) (i32.const 0)))`,
      /^failure Builtin not implemented: 5/,
    ],
    [
      "operands that are no values",
      `(drop (call $opa_builtin1 (i32.const 7) (i32.const 0) (i32.const 8192)))`,
      /^failure not a Rego value/,
    ],
  ])("%s", async (_name, code, text) => {
    const hostile = regoGuest({
      builtins: '{"crypto.md5":7}',
      data: [[8192, "stop"]],
      bodies: { eval: `${swallow(code)} (i32.const 0)` },
    });
    expect(await ask(await loneGuest(hostile, "rego"))).toMatch(text);
  });
});

describe("a guest that catches the end of an evaluation nobody waits for", () => {
  const sleeping = (memory: string, body: string): string =>
    wapcGuest({
      imports:
        '(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))',
      more: asking,
      memory,
      data: [[16, accepted], letters],
      body,
    });
  const sleep = `(i32.store (i32.const 528) (i32.const 1)) (i64.store (i32.const 536) (i64.const 60000000000))
    (drop (call $poll (i32.const 512) (i32.const 640) (i32.const 1) (i32.const 700)))`;

  it.each([
    ["a sleep, then sleeps again", `${swallow(sleep)} ${swallow(sleep)} ${accept}`],
    [
      "a host call, then makes another",
      `${swallow("(drop (call $ask))")} ${swallow("(drop (call $ask))")} ${accept}`,
    ],
  ])("ends all the same: %s", async (_name, body) => {
    const hostile = await loneGuest(sleeping('(memory (export "memory") 2)', body), "wapc");
    const waits = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Uint8Array>();
    answer.promise.catch(() => {});
    let waited = 0;
    const ended = ask(hostile, {
      call: () => answer.promise,
      suspended() {
        waited++;
        waits.resolve();
      },
    });
    await waits.promise;
    hostile.abandon();
    answer.reject(new Error("nobody waits for the answer any more"));
    expect(await ended).toMatch(/^failure .*nobody waits/);
    expect(waited).toBe(1);
  });
});
