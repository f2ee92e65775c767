// Montgomery modular power with 256-bit numbers.
#include "kernel.h"
#define L 8
static const u32 M[L] = {0xffffffed, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff};
static u32 inv;
static void mul(u32 *r, const u32 *a, const u32 *b) {
  u32 t[L + 2] = {0};
  for (i32 i = 0; i < L; i++) {
    u64 c = 0;
    for (i32 j = 0; j < L; j++) { c += (u64)a[j] * b[i] + t[j]; t[j] = (u32)c; c >>= 32; }
    c += t[L]; t[L] = (u32)c; t[L + 1] = (u32)(c >> 32);
    u32 q = t[0] * inv;
    c = ((u64)q * M[0] + t[0]) >> 32;
    for (i32 j = 1; j < L; j++) { c += (u64)q * M[j] + t[j]; t[j - 1] = (u32)c; c >>= 32; }
    c += t[L]; t[L - 1] = (u32)c; t[L] = t[L + 1] + (u32)(c >> 32);
  }
  u32 d[L];
  u64 br = 0;
  for (i32 j = 0; j < L; j++) { u64 x = (u64)t[j] - M[j] - br; d[j] = (u32)x; br = x >> 63; }
  const u32 *s = t[L] || !br ? d : t;
  for (i32 j = 0; j < L; j++) r[j] = s[j];
}
EXPORT u32 run(i32 n) {
  inv = 1;
  for (i32 i = 0; i < 5; i++) inv *= 2 - M[0] * inv;
  inv = -inv;
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    u32 x[L] = {r + 3, 5, 7, 11, 13, 17, 19, 23}, y[L] = {38};
    for (i32 bit = 254; bit >= 0; bit--) {
      mul(y, y, y);
      if (bit > 4 || bit == 3 || bit == 1 || bit == 0) mul(y, y, x);
    }
    for (i32 j = 0; j < L; j++) h = mix(h, y[j]);
  }
  return h;
}
