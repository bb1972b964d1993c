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
