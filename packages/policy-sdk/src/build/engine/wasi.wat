;; The WASI side of the engine (policy-runtime 3): one command per instance, `policy.wasm <operation>`,
;; payload on stdin, answer on stdout (exit 0), or the text of what was thrown on stderr (exit 1).
(module
  (import "engine" "memory" (memory 1))
  (import "engine" "malloc" (func $malloc (param i32) (result i32)))
  (import "engine" "realloc" (func $realloc (param i32 i32) (result i32)))
  (import "engine" "free" (func $free (param i32)))
  (import "engine" "strlen" (func $strlen (param i32) (result i32)))
  (import "env" "run_operation" (func $run_operation
    (param $operation i32) (param $operation_length i32) (param $payload i32) (param $payload_length i32)
    (param $text_out i32) (result i32)))

  (import "host" "call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))

  (func $check (param $buffer i32) (result i32)
    (if (i32.eqz (local.get $buffer)) (then unreachable))
    (local.get $buffer))

  (func $allocate (param $size i32) (result i32)
    (call $check (call $malloc (local.get $size))))

  ;; Reads stdin until it is drained into a buffer with room for a NUL.
  (func $read_all (param $length_out i32) (result i32)
    (local $buffer i32) (local $capacity i32) (local $length i32) (local $vector i32) (local $count i32)
    (local.set $vector (call $allocate (i32.const 12)))
    (local.set $capacity (i32.const 65536))
    (local.set $buffer (call $allocate (local.get $capacity)))
    (block $drained (loop $more
      (if (i32.ge_u (i32.add (local.get $length) (i32.const 1)) (local.get $capacity)) (then
        (local.set $capacity (i32.shl (local.get $capacity) (i32.const 1)))
        (local.set $buffer (call $check (call $realloc (local.get $buffer) (local.get $capacity))))))
      (i32.store (local.get $vector) (i32.add (local.get $buffer) (local.get $length)))
      (i32.store offset=4 (local.get $vector)
        (i32.sub (i32.sub (local.get $capacity) (local.get $length)) (i32.const 1)))
      (br_if $drained (call $fd_read (i32.const 0) (local.get $vector) (i32.const 1)
        (i32.add (local.get $vector) (i32.const 8))))
      (local.set $count (i32.load offset=8 (local.get $vector)))
      (br_if $drained (i32.eqz (local.get $count)))
      (local.set $length (i32.add (local.get $length) (local.get $count)))
      (br $more)))
    (call $free (local.get $vector))
    (i32.store (local.get $length_out) (local.get $length))
    (local.get $buffer))

  (func $write_all (param $fd i32) (param $bytes i32) (param $length i32) (local $vector i32) (local $count i32)
    (local.set $vector (call $allocate (i32.const 12)))
    (block $done (loop $more
      (br_if $done (i32.eqz (local.get $length)))
      (i32.store (local.get $vector) (local.get $bytes))
      (i32.store offset=4 (local.get $vector) (local.get $length))
      (br_if $done (call $fd_write (local.get $fd) (local.get $vector) (i32.const 1)
        (i32.add (local.get $vector) (i32.const 8))))
      (local.set $count (i32.load offset=8 (local.get $vector)))
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $bytes (i32.add (local.get $bytes) (local.get $count)))
      (local.set $length (i32.sub (local.get $length) (local.get $count)))
      (br $more)))
    (call $free (local.get $vector)))

  ;; WASI hosts say 0 for an answer and 1 for a refusal; either text follows on stdin.
  (func (export "call_host") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.eqz (call $call (local.get 0) (local.get 1) (local.get 2) (local.get 3)
      (local.get 4) (local.get 5) (local.get 6) (local.get 7))))

  (func (export "take_answer") (param $ok i32) (param $length_out i32) (result i32)
    (call $read_all (local.get $length_out)))

  ;; A copy of the argument behind the program's name; anything but exactly one argument ends with exit code 2.
  (func $operation (result i32) (local $sizes i32) (local $vector i32)
    (local.set $sizes (call $allocate (i32.const 8)))
    (drop (call $args_sizes (local.get $sizes) (i32.add (local.get $sizes) (i32.const 4))))
    (if (i32.ne (i32.load (local.get $sizes)) (i32.const 2)) (then (call $exit (i32.const 2)) unreachable))
    (local.set $vector (call $allocate (i32.const 8)))
    (drop (call $args (local.get $vector) (call $allocate (i32.load offset=4 (local.get $sizes)))))
    (i32.load offset=4 (local.get $vector)))

  (func (export "_start")
    (local $operation i32) (local $operation_length i32) (local $copy i32) (local $text i32) (local $payload i32) (local $ok i32)
    (local.set $operation (call $operation))
    (local.set $operation_length (call $strlen (local.get $operation)))
    ;; run_operation frees what it is given, and this pointer lies in the middle of an allocation
    (local.set $copy (call $allocate (i32.add (local.get $operation_length) (i32.const 1))))
    (memory.copy (local.get $copy) (local.get $operation) (local.get $operation_length))
    (local.set $text (call $allocate (i32.const 8)))
    (local.set $payload (call $read_all (local.get $text)))
    (local.set $ok (call $run_operation (local.get $copy) (local.get $operation_length)
      (local.get $payload) (i32.load (local.get $text)) (local.get $text)))
    (call $write_all (select (i32.const 1) (i32.const 2) (local.get $ok))
      (i32.load (local.get $text)) (i32.load offset=4 (local.get $text)))
    (if (i32.eqz (local.get $ok)) (then (call $exit (i32.const 1)))))
)
