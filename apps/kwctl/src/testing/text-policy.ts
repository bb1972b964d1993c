import { assemble } from "../../../../tests/support/text-guest.ts";

export interface TextPolicy {
  /** JSON the guest answers to `validate`. */
  readonly validate: string;
  /** JSON the guest answers to `validate_settings`. */
  readonly settings?: string;
  /** JSON the guest answers to `protocol_version`. */
  readonly protocolVersion?: string;
  /** Is printed with each validation. */
  readonly prints?: string;
  /** `validate` looks up a host name first; the host's error is the guest's. */
  readonly looksUpHost?: boolean;
  readonly imports?: string;
}

const accepted = '{"accepted":true}';

/** A waPC policy that answers by heart. The operations differ in the length of their names. */
export function textPolicy(policy: Partial<TextPolicy> = {}): Uint8Array {
  const { validate = accepted, settings = '{"valid":true}', protocolVersion = '"v1"', prints = "" } = policy;
  return assemble(`(module
    (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
    (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
    (import "wapc" "__console_log" (func $console_log (param i32 i32)))
    (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
    (import "wapc" "__host_error" (func $host_error (param i32)))
    ${policy.imports ?? ""}
    (memory (export "memory") 2)
    ${policy.looksUpHost ? lookUpData : ""}
    (data (i32.const 1024) "${escapeText(validate)}")
    (data (i32.const 8192) "${escapeText(settings)}")
    (data (i32.const 16384) "${escapeText(protocolVersion)}")
    (data (i32.const 20480) "${escapeText(prints)}")
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
      (if (i32.eq (local.get $operation) (i32.const 17)) (then
        (call $guest_response (i32.const 8192) (i32.const ${byteLength(settings)}))
        (return (i32.const 1))))
      (if (i32.eq (local.get $operation) (i32.const 16)) (then
        (call $guest_response (i32.const 16384) (i32.const ${byteLength(protocolVersion)}))
        (return (i32.const 1))))
      ${prints === "" ? "" : `(call $console_log (i32.const 20480) (i32.const ${byteLength(prints)}))`}
      ${policy.looksUpHost ? lookUpHost : ""}
      (call $guest_response (i32.const 1024) (i32.const ${byteLength(validate)}))
      (i32.const 1)))`);
}

const lookUpData = `
  (data (i32.const 64) "kubewarden") (data (i32.const 80) "net")
  (data (i32.const 96) "v1/dns_lookup_host") (data (i32.const 120) "\\22policy.test\\22")`;

const lookUpHost = `
  (if (i32.eqz (call $host_call (i32.const 64) (i32.const 10) (i32.const 80) (i32.const 3)
    (i32.const 96) (i32.const 18) (i32.const 120) (i32.const 13)))
    (then
      (call $host_error (i32.const 32768))
      (call $guest_error (i32.const 32768) (call $host_error_len))
      (return (i32.const 0))))`;

/** A module that exports what modules made from Rego do. */
export function regoModule(): Uint8Array {
  return assemble(
    '(module (func (export "opa_eval") (result i32) (i32.const 0)) (memory (export "memory") 1))',
  );
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
