// Indirect calls through a table, chosen by a generator.
#include "kernel.h"
typedef u32 (*op)(u32, u32);
static u32 add(u32 a, u32 b) { return a + b; }
static u32 sub(u32 a, u32 b) { return a - b * 3; }
static u32 mul(u32 a, u32 b) { return a * (b | 1); }
static u32 xor_(u32 a, u32 b) { return a ^ (b >> 3); }
static u32 rot(u32 a, u32 b) { return (a << (b & 31)) | (a >> (-b & 31)); }
static u32 max(u32 a, u32 b) { return a > b ? a : b; }
static u32 odd(u32 a, u32 b) { return a & 1 ? a + b : a >> 1; }
static u32 sq(u32 a, u32 b) { return a * a + b; }
static op ops[8] = {add, sub, mul, xor_, rot, max, odd, sq};
EXPORT u32 run(i32 n) {
  seed(1);
  u32 a = 1;
  for (i32 i = 0; i < n; i++) {
    u32 r = rnd();
    a = ops[r >> 29](a, r);
  }
  return a;
}
