;; Joins the JavaScript engine ("engine", its C API) with the code for one kind of host ("abi").
;;
;; JavaScript sees one host function, (binding, namespace, operation, payload) -> answer; a refusal is thrown as Error.
;; The engine frees the arguments of a host function itself; everything else is owned by who made it.
;; A "text" below is eight bytes: pointer, then length.
(module
  (import "engine" "memory" (memory 1))
  (import "engine" "malloc" (func $malloc (param i32) (result i32)))
  (import "engine" "free" (func $free (param i32)))
  (import "engine" "qjs_new_string" (func $new_string (param i32 i32) (result i32)))
  (import "engine" "qjs_get_string_len" (func $get_string (param $value i32) (param $length_out i32) (result i32)))
  (import "engine" "qjs_free_cstring" (func $free_string (param i32)))
  (import "engine" "qjs_call" (func $call (param $function i32) (param $this i32) (param $argc i32) (param $argv i32) (result i32)))
  (import "engine" "qjs_free_value" (func $free_value (param i32)))
  (import "engine" "qjs_is_exception" (func $is_exception (param i32) (result i32)))
  (import "engine" "qjs_get_exception" (func $get_exception (result i32)))
  (import "engine" "qjs_get_undefined" (func $undefined (result i32)))
  (import "engine" "qjs_get_true" (func $true (result i32)))
  (import "engine" "qjs_get_false" (func $false (result i32)))
  (import "engine" "qjs_new_error" (func $new_error (result i32)))
  (import "engine" "qjs_set_prop_string" (func $set_property (param $object i32) (param $name i32) (param $value i32) (result i32)))
  (import "engine" "qjs_throw" (func $throw (param i32) (result i32)))

  ;; 1 when the host answered, 0 when it refused; either text is then taken with take_answer
  (import "abi" "call_host" (func $call_host
    (param $binding i32) (param $binding_length i32) (param $namespace i32) (param $namespace_length i32)
    (param $operation i32) (param $operation_length i32) (param $payload i32) (param $payload_length i32) (result i32)))
  ;; a buffer the caller frees; its length is stored at length_out
  (import "abi" "take_answer" (func $take_answer (param $ok i32) (param $length_out i32) (result i32)))

  ;; The JavaScript function (operation, payload, numbersMayChange) -> answer; set once while the policy is being built.
  (global $dispatch (export "kw_dispatch") (mut i32) (i32.const 0))

  ;; Things the engine could ask of its host and a policy has not.
  (func (export "host_interrupt") (result i32) (i32.const 0))
  (func (export "host_promise_rejection") (param i32 i32 i32))
  (func (export "host_module_normalize") (param i32 i32) (result i32) (i32.const 0))
  (func (export "host_module_load") (param i32 i32) (result i32) (i32.const 0))
  (func (export "host_get_timezone_offset") (param i32 i32) (result i32) (i32.const 0))

  (func $allocate (param $size i32) (result i32) (local $buffer i32)
    (local.set $buffer (call $malloc (local.get $size)))
    (if (i32.eqz (local.get $buffer)) (then unreachable))
    (local.get $buffer))

  ;; The engine wants a NUL behind the bytes it reads, so buffers have room for it.
  (func $new_string_of (param $bytes i32) (param $length i32) (result i32)
    (i32.store8 (i32.add (local.get $bytes) (local.get $length)) (i32.const 0))
    (call $new_string (local.get $bytes) (local.get $length)))

  (func $throw_error (param $bytes i32) (param $length i32) (local $error i32) (local $message i32) (local $name i32)
    (local.set $error (call $new_error))
    (local.set $message (call $new_string_of (local.get $bytes) (local.get $length)))
    (local.set $name (call $allocate (i32.const 8)))
    (i64.store align=1 (local.get $name) (i64.const 0x006567617373656d)) ;; "message\0"
    (drop (call $set_property (local.get $error) (local.get $name) (local.get $message)))
    (call $free (local.get $name))
    (call $free_value (local.get $message))
    (drop (call $throw (local.get $error)))
    (call $free_value (local.get $error)))

  ;; Called by the engine for the host function. 0 = an exception was thrown.
  (func (export "host_call")
    (param $name i32) (param $name_length i32) (param $this i32) (param $argc i32) (param $argv i32) (result i32)
    (local $t i32) (local $ok i32) (local $answer i32) (local $length i32) (local $result i32)
    (local.set $t (call $texts (local.get $argc) (local.get $argv)))
    (if (i32.eqz (local.get $t)) (then (return (i32.const 0))))
    (local.set $ok (call $call_host
      (i32.load (local.get $t)) (i32.load offset=4 (local.get $t))
      (i32.load offset=8 (local.get $t)) (i32.load offset=12 (local.get $t))
      (i32.load offset=16 (local.get $t)) (i32.load offset=20 (local.get $t))
      (i32.load offset=24 (local.get $t)) (i32.load offset=28 (local.get $t))))
    (call $free_texts (local.get $t) (i32.const 4))
    (local.set $length (call $allocate (i32.const 4)))
    (local.set $answer (call $take_answer (local.get $ok) (local.get $length)))
    (if (local.get $ok)
      (then (local.set $result (call $new_string_of (local.get $answer) (i32.load (local.get $length)))))
      (else (call $throw_error (local.get $answer) (i32.load (local.get $length)))))
    (call $free (local.get $answer))
    (call $free (local.get $length))
    (local.get $result))

  ;; The four arguments as texts, one after the other; 0 when one has no text (an exception is pending).
  (func $texts (param $argc i32) (param $argv i32) (result i32) (local $first i32) (local $text i32) (local $n i32)
    (if (i32.lt_u (local.get $argc) (i32.const 4)) (then unreachable))
    (local.set $first (call $allocate (i32.const 32)))
    (loop $next
      (local.set $text (i32.add (local.get $first) (i32.shl (local.get $n) (i32.const 3))))
      (i32.store (local.get $text) (call $get_string
        (i32.load (i32.add (local.get $argv) (i32.shl (local.get $n) (i32.const 2))))
        (i32.add (local.get $text) (i32.const 4))))
      (if (i32.eqz (i32.load (local.get $text))) (then
        (call $free_texts (local.get $first) (local.get $n))
        (return (i32.const 0))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 4))))
    (local.get $first))

  (func $free_texts (param $first i32) (param $count i32) (local $n i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $n) (local.get $count)))
      (call $free_string (i32.load (i32.add (local.get $first) (i32.shl (local.get $n) (i32.const 3)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br $next)))
    (call $free (local.get $first)))

  ;; Whether JSON text holds a number that JavaScript would not write as it reads it: one with a fraction, an exponent
  ;; or 16 characters and more, or -0. Here because a regular expression takes ten times as long.
  (func $numbers_may_change (param $at i32) (param $end i32) (result i32) (local $byte i32) (local $start i32)
    (loop $next
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 0))))
      (local.set $byte (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (if (i32.eq (local.get $byte) (i32.const 0x22)) (then ;; a string
        (local.set $at (call $string_end (local.get $at) (local.get $end)))
        (br $next)))
      (br_if $next (i32.and
        (i32.ne (local.get $byte) (i32.const 0x2d))
        (i32.eqz (call $is_digit (local.get $byte)))))
      (local.set $start (i32.sub (local.get $at) (i32.const 1)))
      (block $ended (loop $digits
        (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $at)))
        (br_if $ended (i32.eqz (call $is_digit (local.get $byte))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $digits)))
      (if (i32.ge_u (i32.sub (local.get $at) (local.get $start)) (i32.const 16)) (then (return (i32.const 1))))
      (if (i32.lt_u (local.get $at) (local.get $end)) (then
        ;; . e E
        (if (i32.eq (local.get $byte) (i32.const 0x2e)) (then (return (i32.const 1))))
        (if (i32.eq (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x65)) (then (return (i32.const 1))))))
      ;; -0
      (br_if $next (i32.ne (i32.load8_u (local.get $start)) (i32.const 0x2d)))
      (br_if $next (i32.ne (i32.load8_u offset=1 (local.get $start)) (i32.const 0x30)))
      (return (i32.const 1)))
    (i32.const 0))

  (func $is_digit (param $byte i32) (result i32)
    (i32.lt_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 10)))

  ;; Behind the quote that ends a string.
  (func $string_end (param $at i32) (param $end i32) (result i32) (local $byte i32)
    (block $ended (loop $next
      (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $byte (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $ended (i32.eq (local.get $byte) (i32.const 0x22)))
      ;; A backslash takes the next byte with it.
      (if (i32.eq (local.get $byte) (i32.const 0x5c)) (then
        (local.set $at (i32.add (local.get $at) (i32.const 1)))))
      (br $next)))
    (local.get $at))

  ;; Runs one operation of the policy; frees both buffers. 1 = the text is the answer, 0 = it is the text of what was
  ;; thrown (empty when even that could not be made, as when memory is out). The text lives until release.
  (func (export "run_operation")
    (param $operation i32) (param $operation_length i32) (param $payload i32) (param $payload_length i32)
    (param $text_out i32) (result i32)
    (local $argv i32) (local $this i32) (local $result i32) (local $ok i32) (local $text i32)
    (local.set $argv (call $allocate (i32.const 12)))
    (i32.store offset=8 (local.get $argv) (if (result i32)
      (call $numbers_may_change (local.get $payload) (i32.add (local.get $payload) (local.get $payload_length)))
      (then (call $true))
      (else (call $false))))
    (i32.store (local.get $argv) (call $new_string_of (local.get $operation) (local.get $operation_length)))
    (i32.store offset=4 (local.get $argv) (call $new_string_of (local.get $payload) (local.get $payload_length)))
    (call $free (local.get $operation))
    (call $free (local.get $payload))
    (local.set $this (call $undefined))
    (local.set $result (call $call (global.get $dispatch) (local.get $this) (i32.const 3) (local.get $argv)))
    (call $free_value (local.get $this))
    (call $free_value (i32.load (local.get $argv)))
    (call $free_value (i32.load offset=4 (local.get $argv)))
    (call $free_value (i32.load offset=8 (local.get $argv)))
    (call $free (local.get $argv))
    (local.set $ok (i32.eqz (call $is_exception (local.get $result))))
    (if (i32.eqz (local.get $ok)) (then
      (call $free_value (local.get $result))
      (local.set $result (call $get_exception))))
    (local.set $text (call $get_string (local.get $result) (i32.add (local.get $text_out) (i32.const 4))))
    (call $free_value (local.get $result))
    (i32.store (local.get $text_out) (local.get $text))
    (if (i32.eqz (local.get $text)) (then
      (i32.store offset=4 (local.get $text_out) (i32.const 0))
      (return (i32.const 0))))
    (local.get $ok))

  (func (export "release") (param $text_out i32)
    (if (i32.load (local.get $text_out)) (then (call $free_string (i32.load (local.get $text_out))))))
)
