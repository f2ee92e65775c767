// A tight loop of generators: xorshift, LCG, PCG.
#include "kernel.h"
EXPORT u64 run(i32 n) {
  u64 s = 88172645463325252ull, l = 1, p = 0x853c49e6748fea9bull, h = 0;
  for (i32 i = 0; i < n; i++) {
    s ^= s << 13; s ^= s >> 7; s ^= s << 17;
    l = l * 6364136223846793005ull + 1442695040888963407ull;
    p = p * 6364136223846793005ull + 0xda3e39cb94b95bdbull;
    u32 x = (u32)(((p >> 18) ^ p) >> 27), rot = (u32)(p >> 59);
    h += s ^ (l >> 33) ^ ((x >> rot) | (x << (-rot & 31)));
  }
  return h;
}
