// Integer decision tree: many unpredictable forward branches.
#include "kernel.h"
static u32 __attribute__((noinline)) grade(u32 x) {
  if (x & 1) { if (x & 2) return x > 1000 ? 3 : 7; if (x % 5 == 0) return 11; return x & 64 ? 13 : 17; }
  if (x % 3 == 0) { if (x & 8) { if (x & 128) return 19; } else if (x & 256) return 23; return 29; }
  switch (x & 15) { case 2: return 31; case 4: return 37; case 8: return x & 512 ? 41 : 43; case 14: return 47; default: return 53; }
}
EXPORT u32 run(i32 n) {
  seed(59);
  u32 h = 0;
  for (i32 i = 0; i < n; i++) h = mix(h, grade(rnd() & 0xfff));
  return h;
}
