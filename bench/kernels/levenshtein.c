// Edit distance by dynamic programming: min in an inner loop.
#include "kernel.h"
static u8 a[512], b[512];
static i32 d[513];
EXPORT u32 run(i32 n) {
  seed(53);
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    for (i32 i = 0; i < 512; i++) { a[i] = rnd() & 7; b[i] = rnd() & 7; }
    for (i32 j = 0; j <= 512; j++) d[j] = j;
    for (i32 i = 1; i <= 512; i++) {
      i32 diag = d[0];
      d[0] = i;
      for (i32 j = 1; j <= 512; j++) {
        i32 x = diag + (a[i - 1] != b[j - 1]);
        diag = d[j];
        if (diag + 1 < x) x = diag + 1;
        if (d[j - 1] + 1 < x) x = d[j - 1] + 1;
        d[j] = x;
      }
    }
    h = mix(h, d[512]);
  }
  return h;
}
