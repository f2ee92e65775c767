// Conway’s game of life on a byte grid.
#include "kernel.h"
#define W 130
static u8 g[2][W * W];
EXPORT u32 run(i32 n) {
  seed(41);
  for (i32 y = 1; y < W - 1; y++) for (i32 x = 1; x < W - 1; x++) g[0][y * W + x] = rnd() % 3 == 0;
  for (i32 r = 0; r < n; r++) {
    const u8 *a = g[r & 1];
    u8 *b = g[~r & 1];
    for (i32 y = 1; y < W - 1; y++)
      for (i32 x = 1; x < W - 1; x++) {
        const u8 *c = a + y * W + x;
        i32 s = c[-W - 1] + c[-W] + c[-W + 1] + c[-1] + c[1] + c[W - 1] + c[W] + c[W + 1];
        b[y * W + x] = s == 3 || (s == 2 && *c);
      }
  }
  u32 h = 0;
  for (i32 i = 0; i < W * W; i++) h = mix(h, g[n & 1][i]);
  return h;
}
