// Guests of the waPC protocol in WebAssembly text, one for each edge of it. All of them accept any settings, unless
// that is their edge.

interface WapcGuest {
  /** Data segments: address and text, quotes escaped for WebAssembly text. */
  data?: readonly (readonly [address: number, text: string])[];
  imports?: string;
  /** Functions, globals and exports besides `__guest_call`. */
  more?: string;
  /** Body of `__guest_call`; locals 0 and 1 hold the lengths of operation and payload. */
  body: string;
  locals?: string;
  /** What is done when the operation is `validate_settings`, told by its length. */
  settings?: string;
  memory?: string;
}

const settingsLength = "validate_settings".length;
const validSettings = '{"valid":true}';
const validSettingsAt = 3900;
const acceptSettings = `(call $guest_response (i32.const ${validSettingsAt}) (i32.const ${validSettings.length})) (return (i32.const 1))`;
const operationAt = 1024;
const payloadAt = 2048;

export function wapcGuest({
  data = [],
  imports = "",
  more = "",
  body,
  locals = "",
  settings = acceptSettings,
  memory = '(memory (export "memory") 2)',
}: WapcGuest): string {
  const segments = [...data, [validSettingsAt, validSettings] as const]
    .map(([address, text]) => `(data (i32.const ${address}) "${escapeText(text)}")`)
    .join("\n");
  return `(module
    (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
    (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
    (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
    (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
    (import "wapc" "__host_response" (func $host_response (param i32)))
    (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
    (import "wapc" "__host_error" (func $host_error (param i32)))
    (import "wapc" "__console_log" (func $console_log (param i32 i32)))
    ${imports}
    ${memory}
    ${segments}
    ${more}
    (func (export "__guest_call") (param $operation_length i32) (param $payload_length i32) (result i32)
      ${locals}
      (if (i32.eq (local.get $operation_length) (i32.const ${settingsLength})) (then ${settings}))
      ${body}))`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** Answers a call with a fixed text. */
export function answering(text: string): string {
  return wapcGuest({
    data: [[16, text]],
    body: `(call $guest_response (i32.const 16) (i32.const ${byteLength(text)})) (i32.const 1)`,
  });
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Asks its host for the addresses of the name in the payload of the call, which it is given as it stands. */
export function callingHost(binding: string, namespace: string, operation: string, payload: string): string {
  const { data, result } = hostCall(binding, namespace, operation, payload);
  return wapcGuest({ data, body: result });
}

/** A call of the host: its texts, and an expression that makes the host's answer the guest's, the host's error the guest's. */
export function hostCall(
  binding: string,
  namespace: string,
  operation: string,
  payload: string,
): { data: readonly (readonly [number, string])[]; result: string } {
  const [b, n, o, p] = [binding, namespace, operation, payload].map(byteLength) as [
    number,
    number,
    number,
    number,
  ];
  const at = { binding: 64, namespace: 128, operation: 192, payload: 256 };
  return {
    data: [
      [at.binding, binding],
      [at.namespace, namespace],
      [at.operation, operation],
      [at.payload, payload],
    ],
    result: `
      (if (result i32)
        (call $host_call (i32.const ${at.binding}) (i32.const ${b}) (i32.const ${at.namespace}) (i32.const ${n})
          (i32.const ${at.operation}) (i32.const ${o}) (i32.const ${at.payload}) (i32.const ${p}))
        (then
          (call $host_response (i32.const 4096))
          (call $guest_response (i32.const 4096) (call $host_response_len))
          (i32.const 1))
        (else
          (call $host_error (i32.const 4096))
          (call $guest_error (i32.const 4096) (call $host_error_len))
          (i32.const 0)))`,
  };
}

const exit = `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
const endless = "(loop $again (br $again))";
const accepted = '{"accepted":true}';
const acceptBody = `(call $guest_response (i32.const 16) (i32.const ${accepted.length})) (i32.const 1)`;
const acceptData = [[16, accepted]] as const;
const errorBody = (code: number, withResponse: boolean): string => `
  ${withResponse ? `(call $guest_response (i32.const 16) (i32.const ${accepted.length}))` : ""}
  (call $guest_error (i32.const 64) (i32.const 4)) (i32.const ${code})`;

/** Sleeps in `poll_oneoff`, then accepts. */
const sleeping = (seconds: number): string =>
  wapcGuest({
    imports:
      '(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))',
    data: acceptData,
    body: `
    (i32.store (i32.const 528) (i32.const 1))
    (i64.store (i32.const 536) (i64.const ${seconds * 1_000_000_000}))
    (drop (call $poll (i32.const 512) (i32.const 640) (i32.const 1) (i32.const 700)))
    ${acceptBody}`,
  });

/**
 * Counts its calls in a global, in memory and in memory it grows; answers `global memory grown pages`, the first from `from`
 * on, the last with the pages it grew by. Whatever the options are, it is the same code.
 */
export const countingGuest = ({ from = 0, pages = 2, key = "message" } = {}): string =>
  wapcGuest({
    more: `(global $calls (mut i32) (i32.const ${48 + from}))`,
    memory: `(memory (export "memory") ${pages})`,
    data: [[16, `{"accepted":false,"${key}":"0000"}`]],
    body: `
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (i32.const 1)))
    (drop (memory.grow (i32.const 1)))
    (i32.store (i32.const 131072) (i32.add (i32.load (i32.const 131072)) (i32.const 1)))
    (i32.store8 (i32.const 45) (global.get $calls))
    (i32.store8 (i32.const 46) (i32.add (i32.const 48) (i32.load (i32.const 60000))))
    (i32.store8 (i32.const 47) (i32.add (i32.const 48) (i32.load (i32.const 131072))))
    (i32.store8 (i32.const 48) (i32.add (i32.const 48) (memory.size)))
    (call $guest_response (i32.const 16) (i32.const 35)) (i32.const 1)`,
  });

/** Guests by name. */
export const wapcGuests = {
  accept: answering(accepted),
  "reject-with-code": answering(
    '{"accepted":false,"message":"no","code":418,"warnings":["w"],"audit_annotations":{"k":"v"}}',
  ),
  "reject-silently": answering('{"accepted":false}'),
  "mutate-same": answering('{"accepted":true,"mutated_object":{"a":1}}'),
  "mutate-other": answering('{"accepted":true,"mutated_object":{"a":2}}'),
  "answer-not-json": answering("rubbish"),
  "answer-without-accepted": answering('{"message":"x"}'),
  "answer-bad-code": answering('{"accepted":false,"code":70000}'),
  /** Answers with operation and payload as it got them, one after the other. */
  echo: wapcGuest({
    body: `
      (call $guest_request (i32.const ${operationAt}) (i32.const ${payloadAt}))
      (memory.copy (i32.add (i32.const ${operationAt}) (local.get 0)) (i32.const ${payloadAt}) (local.get 1))
      (call $guest_response (i32.const ${operationAt}) (i32.add (local.get 0) (local.get 1))) (i32.const 1)`,
  }),
  "return-0-error": wapcGuest({ data: [...acceptData, [64, "boom"]], body: errorBody(0, false) }),
  "return-0-silent": wapcGuest({ body: "(i32.const 0)" }),
  "return-1-both": wapcGuest({ data: [...acceptData, [64, "boom"]], body: errorBody(1, true) }),
  "return-1-error": wapcGuest({ data: [...acceptData, [64, "boom"]], body: errorBody(1, false) }),
  "return-1-silent": wapcGuest({ body: "(i32.const 1)" }),
  trap: wapcGuest({ body: "(unreachable)" }),
  recurse: wapcGuest({
    more: "(func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (local.get 0))))",
    body: "(call $deep (i32.const 0))",
  }),
  "loop-in-call": wapcGuest({ body: `${endless} (i32.const 1)` }),
  /** Loops for ever when the payload begins with `s`, takes long when it begins with `b`, else accepts at once. */
  "loop-on-demand": wapcGuest({
    data: acceptData,
    locals: "(local $count i64)",
    body: `
      (call $guest_request (i32.const ${operationAt}) (i32.const ${payloadAt}))
      (if (i32.eq (i32.load8_u (i32.const ${payloadAt})) (i32.const 115)) (then ${endless}))
      (if (i32.eq (i32.load8_u (i32.const ${payloadAt})) (i32.const 98))
        (then (loop $busy
          (local.set $count (i64.add (local.get $count) (i64.const 1)))
          (i64.store (i32.const 60000) (i64.rem_u (local.get $count) (i64.const 7919)))
          (br_if $busy (i64.lt_u (local.get $count) (i64.const 900000000))))))
      ${acceptBody}`,
  }),
  "loop-in-init": wapcGuest({
    more: `(func (export "wapc_init") ${endless})`,
    data: acceptData,
    body: acceptBody,
  }),
  "loop-in-start": wapcGuest({ more: `(func $s ${endless}) (start $s)`, data: acceptData, body: acceptBody }),
  "trap-in-init": wapcGuest({
    more: '(func (export "wapc_init") (unreachable))',
    data: acceptData,
    body: acceptBody,
  }),
  sleep: sleeping(10),
  nap: sleeping(1.2),
  counter: countingGuest(),
  /** Grows its memory until it gets no more, then traps. */
  "reject-settings": wapcGuest({
    data: [[16, '{"valid":false,"message":"not these"}']],
    settings: "(call $guest_response (i32.const 16) (i32.const 37)) (return (i32.const 1))",
    body: "(unreachable)",
  }),
  "trap-in-settings": wapcGuest({ settings: "(unreachable)", data: acceptData, body: acceptBody }),
  "loop-in-settings": wapcGuest({ settings: endless, data: acceptData, body: acceptBody }),
  "exhaust-memory": wapcGuest({
    body: `(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)`,
  }),
  "wants-4-gib": wapcGuest({ memory: '(memory (export "memory") 65536)', body: "(i32.const 1)" }),
  "no-guest-call": '(module (memory (export "memory") 1))',
  "no-memory": '(module (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))',
  "unknown-import": wapcGuest({ imports: '(import "wapc" "__no_such_thing" (func))', body: "(i32.const 1)" }),
  "exit-0-in-start": wapcGuest({
    imports: exit,
    more: '(func (export "_start") (call $exit (i32.const 0)))',
    data: acceptData,
    body: acceptBody,
  }),
  "exit-1-in-start": wapcGuest({
    imports: exit,
    more: '(func (export "_start") (call $exit (i32.const 1)))',
    data: acceptData,
    body: acceptBody,
  }),
  "exit-126-in-call": wapcGuest({ imports: exit, body: "(call $exit (i32.const 126)) (i32.const 1)" }),
  /** Answers only when `_initialize` was called. */
  reactor: wapcGuest({
    more: '(global $ready (mut i32) (i32.const 0)) (func (export "_initialize") (global.set $ready (i32.const 1)))',
    data: acceptData,
    body: `(if (i32.eqz (global.get $ready)) (then (unreachable))) ${acceptBody}`,
  }),
  "response-out-of-bounds": wapcGuest({
    body: "(call $guest_response (i32.const -16) (i32.const 64)) (i32.const 1)",
  }),
  "request-out-of-bounds": wapcGuest({
    body: "(call $guest_request (i32.const 131070) (i32.const 0)) (i32.const 1)",
  }),
  "binding-not-utf8": wapcGuest({
    body: `(i32.store8 (i32.const 64) (i32.const 255))
      (call $host_call (i32.const 64) (i32.const 1) (i32.const 64) (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 64) (i32.const 0))`,
  }),
  "look-up-host": callingHost("kubewarden", "net", "v1/dns_lookup_host", '"policy.test"'),
  "wrong-binding": callingHost("other", "net", "v1/dns_lookup_host", '"policy.test"'),
  "log-then-answer": callingHost("kubewarden", "tracing", "log", '{"level":"info","message":"hello"}'),
  /** Prints without end. */
  "print-flood": wapcGuest({
    data: [[64, "printed"]],
    body: "(loop $again (call $console_log (i32.const 64) (i32.const 7)) (br $again)) (i32.const 1)",
  }),
  /** Fails with 32 MiB of text. */
  "long-error": wapcGuest({
    memory: '(memory (export "memory") 600)',
    body: "(memory.fill (i32.const 0) (i32.const 120) (i32.const 33554432)) (call $guest_error (i32.const 0) (i32.const 33554432)) (i32.const 0)",
  }),
  "long-answer": wapcGuest({
    memory: '(memory (export "memory") 600)',
    body: "(call $guest_response (i32.const 0) (i32.const 33554432)) (i32.const 1)",
  }),
  "many-table-elements": wapcGuest({ more: "(table 9000000 funcref)", body: "(i32.const 1)" }),
  print: wapcGuest({
    data: [...acceptData, [64, "printed"]],
    body: `(call $console_log (i32.const 64) (i32.const 7)) ${acceptBody}`,
  }),
} as const satisfies Record<string, string>;

export type WapcGuestName = keyof typeof wapcGuests;
