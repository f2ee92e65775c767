// Open-addressing hash map: insert, find, delete.
#include "kernel.h"
#define CAP (1 << 14)
static u32 keys[CAP], vals[CAP];
static u8 used[CAP];
static u32 hash(u32 k) { k ^= k >> 16; k *= 0x7feb352d; k ^= k >> 15; k *= 0x846ca68b; return k ^ (k >> 16); }
static i32 find(u32 k) {
  u32 i = hash(k) & (CAP - 1);
  while (used[i] && keys[i] != k) i = (i + 1) & (CAP - 1);
  return i;
}
EXPORT u32 run(i32 n) {
  seed(9);
  memset(used, 0, sizeof used);
  u32 count = 0, h = 0;
  for (i32 i = 0; i < n; i++) {
    u32 k = rnd() & 0x3fff, op = rnd() & 7;
    i32 s = find(k);
    if (op < 4) {
      if (!used[s] && count < CAP * 3 / 4) { used[s] = 1; keys[s] = k; vals[s] = 0; count++; }
      if (used[s]) vals[s] += i;
    } else if (op < 7) {
      if (used[s]) h = mix(h, vals[s]);
    } else if (used[s]) {
      u32 hole = s, j = s;
      for (;;) {
        j = (j + 1) & (CAP - 1);
        if (!used[j]) break;
        u32 home = hash(keys[j]) & (CAP - 1);
        if (((j - home) & (CAP - 1)) >= ((j - hole) & (CAP - 1))) { keys[hole] = keys[j]; vals[hole] = vals[j]; hole = j; }
      }
      used[hole] = 0;
      count--;
    }
  }
  return mix(h, count);
}
