// LZ77 compression with a hash chain, and decompression.
#include "kernel.h"
static u8 in[16384], out[32768], back[16384];
static i32 head[4096];
EXPORT u32 run(i32 n) {
  seed(29);
  for (i32 i = 0; i < LEN(in); i++) in[i] = i > 64 && rnd() % 8 ? in[i - 1 - rnd() % 3 * 16] : (u8)(rnd() & 15);
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    for (i32 i = 0; i < LEN(head); i++) head[i] = -1;
    i32 i = 0, o = 0;
    while (i + 4 < LEN(in)) {
      u32 k = ((in[i] << 16 | in[i + 1] << 8 | in[i + 2]) * 2654435761u) >> 20;
      i32 c = head[k], len = 0;
      head[k] = i;
      if (c >= 0 && i - c < 65535) while (i + len < LEN(in) && len < 255 && in[c + len] == in[i + len]) len++;
      if (len >= 4) { out[o++] = 255; out[o++] = (u8)len; out[o++] = (u8)(i - c); out[o++] = (u8)((i - c) >> 8); i += len; }
      else out[o++] = in[i++];
    }
    while (i < LEN(in)) out[o++] = in[i++];
    i32 d = 0;
    for (i32 p = 0; p < o;) {
      if (out[p] == 255) { i32 len = out[p + 1], dist = out[p + 2] | out[p + 3] << 8; p += 4; for (; len; len--, d++) back[d] = back[d - dist]; }
      else back[d++] = out[p++];
    }
    h = mix(h, o + memcmp(in, back, sizeof in));
    in[(r * 37) & 16383] ^= 1;
  }
  return h;
}
