;; Spends 5 mana of whoever runs the contract and returns what is left.
(module
  (import "icn" "host_get_caller" (func $caller (param $out i32) (param $room i32) (result i32)))
  (import "icn" "host_account_spend_mana"
    (func $spend (param $did i32) (param $length i32) (param $amount i64) (result i32)))
  (import "icn" "host_account_get_mana" (func $balance (result i64)))
  (import "icn" "host_log" (func $log (param $level i32) (param $text i32) (param $length i32)))

  (memory (export "memory") 1)
  (data (i32.const 1024) "Spent 5 mana.")
  (data (i32.const 1040) "Could not spend 5 mana.")

  (func $run (export "run") (result i64)
    (local $length i32)
    ;; The caller's DID is written to address 0; an account is named by its DID.
    (local.set $length (call $caller (i32.const 0) (i32.const 1024)))
    ;; 1: spent. 0: refused, and nothing was spent. Log levels: 1 is "info", 2 is "warn".
    (if (call $spend (i32.const 0) (local.get $length) (i64.const 5))
      (then (call $log (i32.const 1) (i32.const 1024) (i32.const 13)))
      (else (call $log (i32.const 2) (i32.const 1040) (i32.const 23))))
    (call $balance)))
