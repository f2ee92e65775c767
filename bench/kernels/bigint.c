// Big-integer factorial and squaring, 32-bit limbs.
#include "kernel.h"
static u32 a[512], b[1024];
EXPORT u32 run(i32 n) {
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    i32 len = 1;
    a[0] = 1 + (r & 15);
    for (u32 i = 2; i < 120; i++) {
      u64 c = 0;
      for (i32 k = 0; k < len; k++) { c += (u64)a[k] * i; a[k] = (u32)c; c >>= 32; }
      if (c) a[len++] = (u32)c;
    }
    for (i32 k = 0; k < 2 * len; k++) b[k] = 0;
    for (i32 i = 0; i < len; i++) {
      u64 c = 0;
      for (i32 k = 0; k < len; k++) { c += (u64)a[i] * a[k] + b[i + k]; b[i + k] = (u32)c; c >>= 32; }
      b[i + len] = (u32)c;
    }
    for (i32 k = 0; k < 2 * len; k++) h = mix(h, b[k]);
  }
  return h;
}
