// Collatz: an unpredictable loop in 64 bits.
#include "kernel.h"
EXPORT u64 run(i32 n) {
  u64 h = 0;
  for (i32 i = 1; i <= n; i++) {
    u64 x = i;
    u32 s = 0;
    while (x != 1) { x = x & 1 ? 3 * x + 1 : x >> 1; s++; }
    h = h * 31 + s;
  }
  return h;
}
