// Mandelbrot set: escape loops in doubles.
#include "kernel.h"
EXPORT u32 run(i32 n) {
  u32 h = 0;
  for (i32 py = 0; py < n; py++)
    for (i32 px = 0; px < n; px++) {
      double cx = 3.0 * px / n - 2, cy = 2.0 * py / n - 1, x = 0, y = 0;
      u32 i = 0;
      for (; i < 200; i++) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4) break;
        y = 2 * x * y + cy;
        x = xx - yy + cx;
      }
      h = mix(h, i);
    }
  return h;
}
