// Takeuchi’s function: calls with three arguments.
#include "kernel.h"
static i32 __attribute__((noinline)) tak(i32 x, i32 y, i32 z) {
  return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}
EXPORT i32 run(i32 n) { return tak(n, n * 2 / 3, n / 3); }
