// Dense matrix product in 32-bit integers, row order.
#include "kernel.h"
static i32 a[80][80], b[80][80], c[80][80];
EXPORT u32 run(i32 n) {
  seed(5);
  for (i32 i = 0; i < 80; i++) for (i32 j = 0; j < 80; j++) { a[i][j] = rnd() & 255; b[i][j] = rnd() & 255; c[i][j] = 0; }
  for (i32 r = 0; r < n; r++)
    for (i32 i = 0; i < 80; i++)
      for (i32 k = 0; k < 80; k++) {
        i32 v = a[i][k];
        for (i32 j = 0; j < 80; j++) c[i][j] += v * b[k][j];
      }
  u32 h = 0;
  for (i32 i = 0; i < 80; i++) for (i32 j = 0; j < 80; j++) h = mix(h, c[i][j]);
  return h;
}
