// Nothing of a request is seen by the next one of the same policy, whichever way its instances are kept.
import { describe, expect, it } from "vitest";
import { regoGuest } from "../guests/text/rego.ts";
import { wapcGuest } from "../guests/text/wapc.ts";
import { wasiGuest } from "../guests/text/wasi.ts";
import { ask, loneGuest } from "./lone-guest.ts";

const secret = '{"secret":"5ecret"}';
const fresh = "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))";

/** Answers with all that is left, in memory and at its host, then fills everything it can reach with the request. */
const wapcSpy = (more: string): string =>
  wapcGuest({
    imports:
      '(import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))',
    more: `(global $kept (mut i64) (i64.const 0)) (global $grown (mut i32) (i32.const 0)) ${more}`,
    memory: '(memory (export "memory") 2 20)',
    locals: "(local $at i32)",
    body: `
      ;; the answer of the host to the request before, and its error
      (call $host_response (i32.const 70000)) (call $host_error (i32.const 71000))
      (i32.store (i32.const 72000) (i32.add (call $host_response_len) (call $host_error_len)))
      (i64.store (i32.const 72008) (global.get $kept))
      (i32.store (i32.const 72016) (i32.sub (memory.grow (i32.const 2)) (i32.const 2)))
      ;; what is in the memory that was grown before
      (memory.copy (i32.const 73000) (i32.const 131072) (i32.const 4000))
      (call $guest_response (i32.const 65536) (i32.const 65536))
      (call $guest_request (i32.const 60000) (i32.const 66000))
      (memory.copy (i32.const 131072) (i32.const 66000) (local.get 1))
      (memory.copy (i32.const 200000) (i32.const 66000) (local.get 1))
      (global.set $kept (i64.load (i32.const 66004)))
      (drop (call $host_call (i32.const 66000) (i32.const 5) (i32.const 66000) (i32.const 5) (i32.const 66000) (i32.const 5) (i32.const 66000) (i32.const 5)))
      (i32.const 1)`,
  });

const wasiSpy = (more: string): string =>
  wasiGuest({
    more: `(global $kept (mut i64) (i64.const 0)) ${more}`,
    body: `
      (i64.store (i32.const 72008) (global.get $kept))
      ;; only the beginning is read: the rest must not be there the next time
      (i32.store (i32.const 8) (i32.const 66000)) (i32.store (i32.const 12) (i32.const 3))
      (drop (call $fd_read (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 4)))
      (call $write (i32.const 1) (i32.const 65536) (i32.const 65536))
      (global.set $kept (i64.load (i32.const 66000)))
      (memory.fill (i32.const 80000) (i32.const 115) (i32.const 1000))`,
  });

const regoSpy = regoGuest({
  more: "(global $kept (mut i32) (i32.const 48))",
  result: '[{"result":"000"}]',
  bodies: {
    // Beyond the text of the input stands what an earlier input left there.
    opa_json_parse: `
      (i32.store8 (i32.const 3085) (i32.add (i32.const 48) (i32.ne (i32.const 0) (i32.load8_u (i32.add (local.get 0) (i32.add (local.get 1) (i32.const 4)))))))
      (local.get 0)`,
    eval: `
      (i32.store8 (i32.const 3086) (global.get $kept)) (global.set $kept (i32.const 49))
      (i32.store8 (i32.const 3087) (i32.add (i32.const 48) (i32.load8_u (i32.const 60000)))) (i32.store8 (i32.const 60000) (i32.const 1))
      (i32.const 0)`,
  },
});

describe("a guest that looks for what the request before left", () => {
  it.each([
    ["waPC, restored", "wapc", wapcSpy("")],
    ["waPC, fresh for each", "wapc", wapcSpy(fresh)],
    ["WASI, restored", "wasi", wasiSpy("")],
    ["WASI, fresh for each", "wasi", wasiSpy(fresh)],
    ["Rego", "rego", regoSpy],
  ] as const)("policy-runtime 6: finds nothing: %s", async (_name, protocol, module) => {
    let guest = await loneGuest(module, protocol);
    const answers: string[] = [];
    for (const payload of [secret.repeat(50), secret.repeat(50), secret.repeat(50)]) {
      answers.push(await ask(guest, { call: async () => new TextEncoder().encode(secret) }, payload));
      if (!guest.restore()) guest = await loneGuest(module, protocol);
    }
    expect(answers[0]).toMatch(/^answer /);
    expect(new Set(answers).size).toBe(1);
    if (protocol !== "wasi") expect(answers[0]).not.toContain("5ecret");
  });
});
