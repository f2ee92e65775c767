// Follows a chain of vouchers, each call waiting for the next, a million deep. The runtime ends it at its call-depth
// limit, at the same place on every machine.
import { log } from '../../guest/assemblyscript/icn'

export function run(): i64 {
  log('Following a million vouchers')
  return vouchers(1_000_000)
}

function vouchers(left: i64): i64 {
  return left === 0 ? 0 : vouchers(left - 1) + (left & 1)
}
