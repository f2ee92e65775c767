// UTF-8: encode code points, validate and count.
#include "kernel.h"
static u8 buf[32768];
static i32 valid(const u8 *p, i32 n, u32 *sum) {
  i32 count = 0;
  for (i32 i = 0; i < n; count++) {
    u32 c = p[i++];
    if (c < 0x80) { *sum += c; continue; }
    i32 more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : -1;
    if (more < 0 || i + more > n) return -1;
    c &= 0x3f >> more;
    while (more--) { if ((p[i] & 0xc0) != 0x80) return -1; c = c << 6 | (p[i++] & 63); }
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return -1;
    *sum += c;
  }
  return count;
}
EXPORT u32 run(i32 n) {
  seed(43);
  i32 len = 0;
  while (len < LEN(buf) - 4) {
    u32 k = rnd() & 7, c = k < 4 ? rnd() & 127 : k < 6 ? 128 + rnd() % 1900 : k < 7 ? 0x800 + rnd() % 0xc000 : 0x10000 + (rnd() & 0xffff);
    if (c < 0x80) buf[len++] = (u8)c;
    else if (c < 0x800) { buf[len++] = (u8)(0xc0 | c >> 6); buf[len++] = (u8)(0x80 | (c & 63)); }
    else if (c < 0x10000) { buf[len++] = (u8)(0xe0 | c >> 12); buf[len++] = (u8)(0x80 | (c >> 6 & 63)); buf[len++] = (u8)(0x80 | (c & 63)); }
    else { buf[len++] = (u8)(0xf0 | c >> 18); buf[len++] = (u8)(0x80 | (c >> 12 & 63)); buf[len++] = (u8)(0x80 | (c >> 6 & 63)); buf[len++] = (u8)(0x80 | (c & 63)); }
  }
  u32 h = 0, sum = 0;
  for (i32 r = 0; r < n; r++) h = mix(h, valid(buf, len - (r & 1), &sum));
  return mix(h, sum);
}
