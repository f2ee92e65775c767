// Ackermann’s function: deep recursion.
#include "kernel.h"
static u32 __attribute__((noinline)) ack(u32 m, u32 n) {
  if (!m) return n + 1;
  if (!n) return ack(m - 1, 1);
  return ack(m - 1, ack(m, n - 1));
}
EXPORT u32 run(i32 n) {
  u32 h = 0;
  for (i32 i = 0; i < n; i++) h = mix(h, ack(2, 60 + (i & 31)));
  return h;
}
