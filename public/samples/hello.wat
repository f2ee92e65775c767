;; The smallest contract: one line in the log, one number back.
(module
  (import "icn" "host_log" (func $log (param $level i32) (param $text i32) (param $length i32)))

  ;; The runtime reads text from the memory a contract exports under this name.
  (memory (export "memory") 1)
  (data (i32.const 1024) "Hello from a contract.")

  ;; The runtime calls `run`. 1 is the log level "info", 22 the length of the text in bytes.
  (func $run (export "run") (result i64)
    (call $log (i32.const 1) (i32.const 1024) (i32.const 22))
    (i64.const 42)))
