// Modules with the ABI of OPA in WebAssembly text: what OPA compiles, without its insides, so that each function of the ABI can
// misbehave by itself. A value is the address of its own JSON text.

interface RegoGuest {
  /** Data segments: address and text; a zero byte is put behind each. */
  data?: readonly (readonly [address: number, text: string])[];
  /** JSON of the names of functions that are the host's, by number. */
  builtins?: string;
  entrypoints?: string;
  /** JSON of the result set. */
  result?: string;
  imports?: string;
  more?: string;
  /** Instructions in place of what a function of the ABI does; all answer with an i32 but the last three. */
  bodies?: Partial<Record<RegoFunction, string>>;
  memory?: string;
}

type RegoFunction =
  | "builtins"
  | "entrypoints"
  | "opa_malloc"
  | "opa_json_parse"
  | "opa_json_dump"
  | "opa_heap_ptr_get"
  | "opa_eval_ctx_new"
  | "opa_eval_ctx_get_result"
  | "eval"
  | "opa_heap_ptr_set"
  | "opa_eval_ctx_set_input"
  | "opa_eval_ctx_set_data"
  | "opa_eval_ctx_set_entrypoint";

const at = { builtins: 1024, entrypoints: 2048, result: 3072, extra: 8192, heap: 65_536 };

export function regoGuest({
  data = [],
  builtins = "{}",
  entrypoints = '{"policy/main":0}',
  result = '[{"result":{"response":{"uid":"","allowed":true}}}]',
  imports = "",
  more = "",
  bodies = {},
  memory = '(import "env" "memory" (memory 2))',
}: RegoGuest): string {
  const texts = [
    [at.builtins, builtins],
    [at.entrypoints, entrypoints],
    [at.result, result],
    ...data,
  ] as const;
  const segments = texts.map(([address, text]) => `(data (i32.const ${address}) "${escapeText(text)}\\00")`);
  const value = (name: RegoFunction, parameters: string, body: string): string =>
    `(func (export "${name}") ${parameters} (result i32) ${bodies[name] ?? body})`;
  const deed = (name: RegoFunction, parameters: string): string =>
    `(func (export "${name}") ${parameters} ${bodies[name] ?? ""})`;
  return `(module
    (import "env" "opa_abort" (func $opa_abort (param i32)))
    (import "env" "opa_builtin0" (func $opa_builtin0 (param i32 i32) (result i32)))
    (import "env" "opa_builtin1" (func $opa_builtin1 (param i32 i32 i32) (result i32)))
    (import "env" "opa_builtin2" (func $opa_builtin2 (param i32 i32 i32 i32) (result i32)))
    ${imports}
    ${memory}
    (global $heap (mut i32) (i32.const ${at.heap}))
    (global $calls (mut i32) (i32.const 48))
    ${segments.join("\n")}
    ${more}
    ${value("builtins", "", `(i32.const ${at.builtins})`)}
    ${value("entrypoints", "", `(i32.const ${at.entrypoints})`)}
    ${value("opa_malloc", "(param i32)", "(global.get $heap) (global.set $heap (i32.add (global.get $heap) (local.get 0)))")}
    ${value("opa_json_parse", "(param i32 i32)", "(local.get 0)")}
    ${value("opa_json_dump", "(param i32)", "(local.get 0)")}
    ${value("opa_heap_ptr_get", "", "(global.get $heap)")}
    ${deed("opa_heap_ptr_set", "(param i32)")}
    ${value("opa_eval_ctx_new", "", "(i32.const 512)")}
    ${deed("opa_eval_ctx_set_input", "(param i32 i32)")}
    ${deed("opa_eval_ctx_set_data", "(param i32 i32)")}
    ${deed("opa_eval_ctx_set_entrypoint", "(param i32 i32)")}
    ${value("opa_eval_ctx_get_result", "(param i32)", `(i32.const ${at.result})`)}
    ${value("eval", "(param i32)", "(i32.const 0)")})`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

const endless = "(loop $again (br $again))";

/** Guests by name; all answer `opa` policies with an acceptance unless that is their edge. */
export const regoGuests = {
  accept: regoGuest({}),
  "loop-in-start": regoGuest({ more: `(func $s ${endless}) (start $s)` }),
  "loop-in-builtins": regoGuest({ bodies: { builtins: `${endless} (i32.const 0)` } }),
  "loop-in-entrypoints": regoGuest({ bodies: { entrypoints: `${endless} (i32.const 0)` } }),
  "loop-in-parse": regoGuest({ bodies: { opa_json_parse: `${endless} (i32.const 0)` } }),
  "loop-in-eval": regoGuest({ bodies: { eval: `${endless} (i32.const 0)` } }),
  "loop-in-dump": regoGuest({
    bodies: {
      opa_json_dump: `(if (i32.eq (local.get 0) (i32.const ${at.result})) (then ${endless})) (local.get 0)`,
    },
  }),
  trap: regoGuest({ bodies: { eval: "(unreachable)" } }),
  abort: regoGuest({
    data: [[at.extra, "it went wrong"]],
    bodies: { eval: `(call $opa_abort (i32.const ${at.extra})) (unreachable)` },
  }),
  "eval-code": regoGuest({ bodies: { eval: "(i32.const 3)" } }),
  /** Counts its evaluations in a global and in memory. */
  counter: regoGuest({
    result: '[{"result":{"response":{"uid":"","allowed":false,"status":{"message":"00"}}}}]',
    bodies: {
      eval: `
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (i32.const 1)))
        (i32.store8 (i32.const ${at.result + '[{"result":{"response":{"uid":"","allowed":false,"status":{"message":"'.length}) (global.get $calls))
        (i32.store8 (i32.const ${at.result + '[{"result":{"response":{"uid":"","allowed":false,"status":{"message":"0'.length})
          (i32.add (i32.const 48) (i32.load (i32.const 60000))))
        (i32.const 0)`,
    },
  }),
  undefined: regoGuest({ result: "[]" }),
  "not-json": regoGuest({ result: "rubbish" }),
  "no-entrypoint": regoGuest({ entrypoints: '{"policy/main":1}' }),
  "unknown-builtin": regoGuest({ builtins: '{"http.send":0,"nobody.knows":1}' }),
  "abi-2": regoGuest({ more: '(global (export "opa_wasm_abi_version") i32 (i32.const 2))' }),
  "abi-1.4": regoGuest({
    more: '(global (export "opa_wasm_abi_version") i32 (i32.const 1)) (global (export "opa_wasm_abi_minor_version") i32 (i32.const 4))',
  }),
  "abi-1.3": regoGuest({
    more: '(global (export "opa_wasm_abi_version") i32 (i32.const 1)) (global (export "opa_wasm_abi_minor_version") i32 (i32.const 3))',
  }),
  /** Gives memory that is not there. */
  "wild-malloc": regoGuest({ bodies: { opa_malloc: "(i32.const -16)" } }),
  "wild-result": regoGuest({ bodies: { opa_eval_ctx_get_result: "(i32.const -2)" } }),
  "no-value": regoGuest({ bodies: { opa_json_parse: "(i32.const 0)" } }),
  /** The text of its result does not end in its memory. */
  "endless-text": regoGuest({
    bodies: {
      opa_eval_ctx_get_result:
        "(memory.fill (i32.const 70000) (i32.const 97) (i32.const 61072)) (i32.const 70000)",
    },
  }),
  "builtin-out-of-range": regoGuest({
    bodies: { eval: "(drop (call $opa_builtin0 (i32.const 99) (i32.const 0))) (i32.const 0)" },
  }),
  "builtin-numbers": regoGuest({ builtins: '{"sprintf":4000000000}' }),
  "exhaust-memory": regoGuest({
    bodies: {
      eval: `(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)`,
    },
  }),
} as const satisfies Record<string, string>;

export type RegoGuestName = keyof typeof regoGuests;

/**
 * Calls one function of its host with operands in the syntax of Rego values, and answers with what it gave, as the message of a
 * rejection; `undefined` when it gave nothing.
 */
export function callingBuiltin(name: string, operands: readonly string[]): string {
  const addresses = operands.map((_text, index) => at.extra + index * 4096);
  const pushed = addresses.map((address) => `(i32.const ${address})`).join(" ");
  return regoGuest({
    builtins: JSON.stringify({ [name]: 0 }),
    data: operands.map((text, index) => [addresses[index]!, text] as const),
    bodies: {
      eval: `(global.set $calls (call $opa_builtin${operands.length} (i32.const 0) (i32.const 0) ${pushed})) (i32.const 0)`,
    },
  });
}
