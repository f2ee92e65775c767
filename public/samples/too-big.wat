;; Asks for 16 MiB of memory before it starts; the limit is 10 MiB unless set otherwise, so it never starts.
(module
  (memory (export "memory") 256)
  (func $run (export "run") (result i64)
    (i64.const 1)))
