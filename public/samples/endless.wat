;; Counts for ever. The fuel of the run is what ends it: nothing it did is kept, and its mana comes back.
(module
  (memory (export "memory") 1)
  (func $run (export "run") (result i64)
    (local $count i64)
    (loop $again
      (local.set $count (i64.add (local.get $count) (i64.const 1)))
      (br $again))
    (local.get $count)))
