// Guests of the WASI protocol in WebAssembly text, one for each edge of it. All of them accept any settings.

interface WasiGuest {
  data?: readonly (readonly [address: number, text: string])[];
  more?: string;
  body: string;
  /** Name of the exported entry. */
  entry?: string;
}

/** Size of the arguments when settings are to be validated, with their closing zeroes. */
const settingsArguments = "policy.wasm".length + "validate-settings".length + 2;
const validSettings = '{"valid":true}';

export function wasiGuest({ data = [], more = "", body, entry = "_start" }: WasiGuest): string {
  const segments = [...data, [3900, validSettings] as const]
    .map(([address, text]) => `(data (i32.const ${address}) "${escapeText(text)}")`)
    .join("\n");
  return `(module
    (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "host" "call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    ${segments}
    (func $write (param $descriptor i32) (param $address i32) (param $length i32)
      (i32.store (i32.const 8) (local.get $address))
      (i32.store (i32.const 12) (local.get $length))
      (drop (call $fd_write (local.get $descriptor) (i32.const 8) (i32.const 1) (i32.const 4))))
    ;; reads up to 4096 bytes of standard input to $address; returns how many
    (func $read (param $address i32) (result i32)
      (i32.store (i32.const 8) (local.get $address))
      (i32.store (i32.const 12) (i32.const 4096))
      (drop (call $fd_read (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 4)))
      (i32.load (i32.const 4)))
    ${more}
    (func (export "${entry}") (local $n i32)
      (drop (call $args_sizes (i32.const 16) (i32.const 20)))
      (if (i32.eq (i32.load (i32.const 20)) (i32.const ${settingsArguments}))
        (then (call $write (i32.const 1) (i32.const 3900) (i32.const ${validSettings.length})) (return)))
      ${body}))`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

const accepted = '{"accepted":true}';
const accept = `(call $write (i32.const 1) (i32.const 64) (i32.const ${accepted.length}))`;
const data = [
  [64, accepted],
  [128, "  boom\n"],
  [192, "kubewarden"],
  [208, "net"],
  [224, "v1/dns_lookup_host"],
  [256, '"policy.test"'],
] as const;
const complain = "(call $write (i32.const 2) (i32.const 128) (i32.const 7))";
const lookUp = `(call $call (i32.const 192) (i32.const 10) (i32.const 208) (i32.const 3)
  (i32.const 224) (i32.const 18) (i32.const 256) (i32.const 13))`;

/** Guests by name. */
export const wasiGuests = {
  return: wasiGuest({ data, body: accept }),
  "exit-0": wasiGuest({ data, body: `${accept} (call $exit (i32.const 0))` }),
  "exit-1": wasiGuest({ data, body: `${accept} ${complain} (call $exit (i32.const 1))` }),
  "exit-1-silent": wasiGuest({ data, body: `${accept} (call $exit (i32.const 1))` }),
  "exit-200": wasiGuest({ data, body: `${complain} (call $exit (i32.const 200))` }),
  trap: wasiGuest({ data, body: `${complain} (unreachable)` }),
  "trap-silent": wasiGuest({ body: "(unreachable)" }),
  "not-json": wasiGuest({ data, body: "(call $write (i32.const 1) (i32.const 192) (i32.const 10))" }),
  "accept-with-warning": wasiGuest({ data, body: `${complain} ${accept}` }),
  loop: wasiGuest({ body: "(loop $again (br $again))" }),
  "no-start": wasiGuest({ data, body: accept, entry: "main" }),
  /** Writes its second argument and all of its input to standard output. */
  echo: wasiGuest({
    body: `
      (drop (call $args_sizes (i32.const 16) (i32.const 20)))
      (drop (call $args (i32.const 32) (i32.const 1024)))
      (call $write (i32.const 1) (i32.load (i32.const 36))
        (i32.sub (i32.sub (i32.add (i32.const 1024) (i32.load (i32.const 20))) (i32.load (i32.const 36))) (i32.const 1)))
      (block $end (loop $more
        (br_if $end (i32.eqz (local.tee $n (call $read (i32.const 8192)))))
        (call $write (i32.const 1) (i32.const 8192) (local.get $n))
        (br $more)))`,
  }),
  /** Two host calls, input drained before, between and after; answers with what it read: return code and text. */
  "two-calls": wasiGuest({
    data,
    body: `
      (block $end (loop $more (br_if $end (i32.eqz (call $read (i32.const 8192)))) (br $more)))
      (i32.store8 (i32.const 512) (i32.add (i32.const 48) ${lookUp}))
      (call $write (i32.const 1) (i32.const 512) (i32.const 1))
      (call $write (i32.const 1) (i32.const 8192) (call $read (i32.const 8192)))
      (i32.store8 (i32.const 512) (i32.add (i32.const 48) (call $read (i32.const 8192))))
      (call $write (i32.const 1) (i32.const 512) (i32.const 1))
      (i32.store8 (i32.const 512) (i32.add (i32.const 48) ${lookUp}))
      (call $write (i32.const 1) (i32.const 512) (i32.const 1))
      (call $write (i32.const 1) (i32.const 8192) (call $read (i32.const 8192)))`,
  }),
  /** Accepts when it has no environment and may not open a file. */
  "sees-nothing": wasiGuest({
    data,
    body: `
      (drop (call $environ_sizes (i32.const 16) (i32.const 20)))
      (if (i32.load (i32.const 16)) (then (unreachable)))
      (if (i32.ne (i32.const 8) (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4)
        (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 24))) (then (unreachable)))
      ${accept}`,
  }),
  counter: wasiGuest({
    more: "(global $calls (mut i32) (i32.const 0))",
    data: [[64, '{"accepted":false,"message":"0"}']],
    body: `
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (global.get $calls)))
      (i32.store8 (i32.const 93) (i32.add (i32.const 48) (i32.load (i32.const 60000))))
      (call $write (i32.const 1) (i32.const 64) (i32.const 32))`,
  }),
  sleep: wasiGuest({
    data,
    body: `
      (i32.store (i32.const 528) (i32.const 1))
      (i64.store (i32.const 536) (i64.const 10000000000))
      (drop (call $poll (i32.const 512) (i32.const 640) (i32.const 1) (i32.const 700)))
      ${accept}`,
  }),
  "flood-output": wasiGuest({
    body: "(loop $again (call $write (i32.const 1) (i32.const 0) (i32.const 65536)) (br $again))",
  }),
} as const satisfies Record<string, string>;

export type WasiGuestName = keyof typeof wasiGuests;
