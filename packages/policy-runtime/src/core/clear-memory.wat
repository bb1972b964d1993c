;; Sets memory back to zero and leaves alone what is zero already: a page that nobody wrote to takes no physical memory,
;; and writing zeroes to it would change that. Clean memory is read about as fast as it would be written.
(module
  (import "guest" "memory" (memory 0))
  ;; $at: the first address; $chunks: how many times 4 KiB
  (func (export "clear") (param $at i32) (param $chunks i32)
    (local $offset i32) (local $seen v128)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $chunks)))
        (local.set $seen (v128.const i64x2 0 0))
        (local.set $offset (i32.const 4096))
        (loop $chunk
          (local.set $offset (i32.sub (local.get $offset) (i32.const 64)))
          (local.set $seen
            (v128.or (local.get $seen)
              (v128.or
                (v128.or (v128.load (i32.add (local.get $at) (local.get $offset)))
                         (v128.load offset=16 (i32.add (local.get $at) (local.get $offset))))
                (v128.or (v128.load offset=32 (i32.add (local.get $at) (local.get $offset)))
                         (v128.load offset=48 (i32.add (local.get $at) (local.get $offset)))))))
          (br_if $chunk (local.get $offset)))
        (if (v128.any_true (local.get $seen))
          (then (memory.fill (local.get $at) (i32.const 0) (i32.const 4096))))
        (local.set $at (i32.add (local.get $at) (i32.const 4096)))
        (local.set $chunks (i32.sub (local.get $chunks) (i32.const 1)))
        (br $next)))))
