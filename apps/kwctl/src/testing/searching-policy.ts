import { asPolicy, assemble } from "../../../../tests/support/text-guest.ts";

/** A waPC policy that rejects requests in whose text it finds something, and accepts the others. */
export function searchingPolicy(options: {
  /** What it looks for, in the JSON of the request. */
  readonly needle: string;
  /** What it says then. */
  readonly message: string;
  readonly metadata?: Record<string, unknown>;
}): Uint8Array {
  const rejects = JSON.stringify({ accepted: false, message: options.message });
  const accepts = '{"accepted":true}';
  const valid = '{"valid":true}';
  const data = [
    [1024, rejects],
    [4096, accepts],
    [4608, valid],
    [5120, options.needle],
  ] as const;
  const module = assemble(`(module
    (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
    (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
    (memory (export "memory") 64)
    ${data.map(([at, text]) => `(data (i32.const ${at}) "${escapeText(text)}")`).join("\n")}
    (func $found (param $length i32) (result i32) (local $at i32) (local $matched i32)
      (loop $next
        (if (i32.gt_u (i32.add (local.get $at) (i32.const ${options.needle.length})) (local.get $length))
          (then (return (i32.const 0))))
        (local.set $matched (i32.const 0))
        (block $differs
          (loop $same
            (br_if $differs (i32.ne
              (i32.load8_u (i32.add (i32.const 65536) (i32.add (local.get $at) (local.get $matched))))
              (i32.load8_u (i32.add (i32.const 5120) (local.get $matched)))))
            (local.set $matched (i32.add (local.get $matched) (i32.const 1)))
            (br_if $same (i32.lt_u (local.get $matched) (i32.const ${options.needle.length}))))
          (return (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))
      (unreachable))
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
      (if (i32.eq (local.get $operation) (i32.const 17)) (then
        (call $guest_response (i32.const 4608) (i32.const ${valid.length}))
        (return (i32.const 1))))
      (call $guest_request (i32.const 8192) (i32.const 65536))
      (if (call $found (local.get $payload))
        (then (call $guest_response (i32.const 1024) (i32.const ${rejects.length})))
        (else (call $guest_response (i32.const 4096) (i32.const ${accepts.length}))))
      (i32.const 1)))`);
  return asPolicy(module, options.metadata);
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
