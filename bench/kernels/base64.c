// Base64 encoding and decoding, byte by byte.
#include "kernel.h"
static const char AB[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static u8 in[6144], out[8192], back[6144], rev[256];
EXPORT u32 run(i32 n) {
  seed(17);
  for (i32 i = 0; i < LEN(in); i++) in[i] = (u8)rnd();
  for (i32 i = 0; i < 64; i++) rev[(u8)AB[i]] = (u8)i;
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    u8 *o = out;
    for (i32 i = 0; i < LEN(in); i += 3) {
      u32 v = in[i] << 16 | in[i + 1] << 8 | in[i + 2];
      *o++ = (u8)AB[v >> 18]; *o++ = (u8)AB[v >> 12 & 63]; *o++ = (u8)AB[v >> 6 & 63]; *o++ = (u8)AB[v & 63];
    }
    u8 *b = back;
    for (i32 i = 0; i < LEN(out); i += 4) {
      u32 v = rev[out[i]] << 18 | rev[out[i + 1]] << 12 | rev[out[i + 2]] << 6 | rev[out[i + 3]];
      *b++ = (u8)(v >> 16); *b++ = (u8)(v >> 8); *b++ = (u8)v;
    }
    h = mix(h, out[(r * 7) & 8191] + memcmp(in, back, sizeof in));
    in[r % LEN(in)] ^= (u8)r;
  }
  return h;
}
