// Recursive quicksort with insertion sort below eight.
#include "kernel.h"
static i32 data[1 << 13];
static void sort(i32 *a, i32 lo, i32 hi) {
  while (hi - lo > 8) {
    i32 p = a[(lo + hi) >> 1], i = lo, j = hi;
    while (i <= j) {
      while (a[i] < p) i++;
      while (a[j] > p) j--;
      if (i <= j) { i32 t = a[i]; a[i++] = a[j]; a[j--] = t; }
    }
    sort(a, lo, j);
    lo = i;
  }
  for (i32 i = lo + 1; i <= hi; i++) {
    i32 v = a[i], j = i - 1;
    for (; j >= lo && a[j] > v; j--) a[j + 1] = a[j];
    a[j + 1] = v;
  }
}
EXPORT u32 run(i32 n) {
  seed(7);
  u32 h = 2166136261u;
  for (i32 r = 0; r < n; r++) {
    for (i32 i = 0; i < LEN(data); i++) data[i] = (i32)rnd();
    sort(data, 0, LEN(data) - 1);
    for (i32 i = 0; i < LEN(data); i += 64) h = mix(h, data[i]);
  }
  return h;
}
