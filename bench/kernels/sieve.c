// Sieve of Eratosthenes: strided stores.
#include "kernel.h"
static u8 composite[1 << 17];
EXPORT u32 run(i32 n) {
  u32 count = 0;
  for (i32 r = 0; r < n; r++) {
    memset(composite, 0, sizeof composite);
    for (i32 i = 2; i < LEN(composite); i++) {
      if (composite[i]) continue;
      count++;
      for (i32 j = i + i; j < LEN(composite); j += i) composite[j] = 1;
    }
  }
  return count;
}
