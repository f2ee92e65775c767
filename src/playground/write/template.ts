/** What an empty workspace opens with: the smallest contract that does something one can see. */
export const TEMPLATE = `;; A contract exports a function that takes nothing and gives a whole number or nothing.
;; What it may call is on the page of the host functions: guest/ABI.md.
(module
  (import "icn" "host_log" (func $log (param $level i32) (param $text i32) (param $bytes i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "Hours were counted")

  (func (export "run") (result i64)
    (call $log (i32.const 1) (i32.const 0) (i32.const 18))
    (i64.add (call $hours (i64.const 5)) (i64.const 2)))

  ;; The hours of a working week of so many days.
  (func $hours (param $days i64) (result i64)
    (i64.mul (local.get $days) (i64.const 8))))
`
