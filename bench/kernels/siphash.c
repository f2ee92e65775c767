// SipHash-2-4 with small inlined rounds.
#include "kernel.h"
static u8 msg[1024];
#define ROT(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define ROUND v0 += v1, v1 = ROT(v1, 13) ^ v0, v0 = ROT(v0, 32), v2 += v3, v3 = ROT(v3, 16) ^ v2, v0 += v3, v3 = ROT(v3, 21) ^ v0, v2 += v1, v1 = ROT(v1, 17) ^ v2, v2 = ROT(v2, 32)
static u64 sip(const u8 *p, i32 n, u64 k0, u64 k1) {
  u64 v0 = k0 ^ 0x736f6d6570736575ull, v1 = k1 ^ 0x646f72616e646f6dull, v2 = k0 ^ 0x6c7967656e657261ull, v3 = k1 ^ 0x7465646279746573ull, b = (u64)n << 56;
  for (; n >= 8; n -= 8, p += 8) { u64 m = *(const u64 *)p; v3 ^= m; ROUND; ROUND; v0 ^= m; }
  for (i32 i = 0; i < n; i++) b |= (u64)p[i] << (8 * i);
  v3 ^= b; ROUND; ROUND; v0 ^= b; v2 ^= 0xff; ROUND; ROUND; ROUND; ROUND;
  return v0 ^ v1 ^ v2 ^ v3;
}
EXPORT u64 run(i32 n) {
  for (i32 i = 0; i < LEN(msg); i++) msg[i] = (u8)i;
  u64 h = 0;
  for (i32 r = 0; r < n; r++) h = sip(msg, r & 1023, h, r);
  return h;
}
