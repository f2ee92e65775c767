// N queens by recursion over bit sets.
#include "kernel.h"
static u32 place(u32 all, u32 cols, u32 l, u32 r) {
  if (cols == all) return 1;
  u32 count = 0;
  for (u32 f = all & ~(cols | l | r); f; f &= f - 1) { u32 b = f & -f; count += place(all, cols | b, (l | b) << 1, (r | b) >> 1); }
  return count;
}
EXPORT u32 run(i32 n) { return place((1u << n) - 1, 0, 0, 0); }
