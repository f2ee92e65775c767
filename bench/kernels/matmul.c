// Dense matrix product in doubles.
#include "kernel.h"
static double a[96][96], b[96][96], c[96][96];
EXPORT u32 run(i32 n) {
  seed(5);
  i32 size = 96;
  for (i32 i = 0; i < size; i++) for (i32 j = 0; j < size; j++) { a[i][j] = rnd() % 100; b[i][j] = rnd() % 100; c[i][j] = 0; }
  for (i32 r = 0; r < n; r++)
    for (i32 i = 0; i < size; i++)
      for (i32 j = 0; j < size; j++) {
        double s = 0;
        for (i32 k = 0; k < size; k++) s += a[i][k] * b[k][j];
        c[i][j] += s;
      }
  double t = 0;
  for (i32 i = 0; i < size; i++) t += c[i][i];
  return (u32)(i64)t;
}
