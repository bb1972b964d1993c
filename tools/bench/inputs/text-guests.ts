// The smallest policies there are, in WebAssembly text: what is measured with them is the host.

const operationAt = 1024;
const payloadAt = 4096;
const validateLength = "validate".length;

function guest(answer: string, body: string): string {
  return `(module
    (import "wapc" "__guest_request" (func $request (param i32 i32)))
    (import "wapc" "__guest_response" (func $response (param i32 i32)))
    (memory (export "memory") 4)
    (data (i32.const 16) "${answer.replaceAll('"', '\\"')}")
    (func (export "__guest_call") (param $operation_length i32) (param $payload_length i32) (result i32)
      ${body}
      (call $response (i32.const 16) (i32.const ${answer.length}))
      (i32.const 1)))`;
}

/** Takes the request, looks at nothing, accepts; its settings are valid. */
export const acceptingGuest = guest(
  '{"accepted":true,"valid":true}',
  `(call $request (i32.const ${operationAt}) (i32.const ${payloadAt}))`,
);

/** Never ends an evaluation; its settings are valid. */
export const spinningGuest = guest(
  '{"valid":true}',
  `(if (i32.eq (local.get $operation_length) (i32.const ${validateLength})) (then (loop $again (br $again))))`,
);

/** Makes one call of `kubernetes/<operation>`, looks at nothing of the answer but its length, and accepts. */
export function lookingUpGuest(operation: string, payload: object): string {
  const json = JSON.stringify(payload).replaceAll('"', '\\"');
  const length = JSON.stringify(payload).length;
  return `(module
    (import "wapc" "__guest_response" (func $response (param i32 i32)))
    (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wapc" "__host_response_len" (func $length (result i32)))
    (import "wapc" "__host_response" (func $answer (param i32)))
    (memory (export "memory") 20)
    (data (i32.const 16) "{\\"accepted\\":true,\\"valid\\":true}")
    (data (i32.const 64) "kubewarden") (data (i32.const 96) "kubernetes") (data (i32.const 128) "${operation}")
    (data (i32.const 256) "${json}")
    (func (export "__guest_call") (param $operation_length i32) (param $payload_length i32) (result i32)
      (if (i32.eq (local.get $operation_length) (i32.const ${validateLength})) (then
        (if (i32.eqz (call $host_call (i32.const 64) (i32.const 10) (i32.const 96) (i32.const 10)
          (i32.const 128) (i32.const ${operation.length}) (i32.const 256) (i32.const ${length}))) (then (unreachable)))
        (if (i32.gt_u (call $length) (i32.const 1000000)) (then (unreachable)))
        (call $answer (i32.const 65536))))
      (call $response (i32.const 16) (i32.const 30))
      (i32.const 1)))`;
}

/** Keeps the CPU for some milliseconds, then accepts; its settings are valid. */
export const burningGuest = guest(
  '{"accepted":true,"valid":true}',
  `(local $left i32)
      (local.set $left (i32.const 12000000))
      (if (i32.eq (local.get $operation_length) (i32.const ${validateLength}))
        (then (loop $again
          (i32.store (i32.const 8) (i32.rem_u (local.get $left) (i32.const 7919)))
          (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))`,
);
