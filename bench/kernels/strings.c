// String search, reversal, comparison and case folding, byte by byte.
#include "kernel.h"
static u8 text[8192], tmp[8192];
static i32 find(const u8 *s, i32 n, const u8 *p, i32 m) {
  for (i32 i = 0; i + m <= n; i++) {
    i32 j = 0;
    while (j < m && s[i + j] == p[j]) j++;
    if (j == m) return i;
  }
  return -1;
}
static i32 compare(const u8 *a, const u8 *b) {
  while (*a && *a == *b) a++, b++;
  return *a - *b;
}
EXPORT u32 run(i32 n) {
  seed(13);
  for (i32 i = 0; i < LEN(text) - 1; i++) text[i] = (u8)("abcdeABCDE      etaoin"[rnd() % 22]);
  text[LEN(text) - 1] = 0;
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    i32 at = rnd() % 8000, len = 4 + rnd() % 5;
    h = mix(h, find(text, LEN(text) - 1, text + at, len));
    for (i32 i = 0; i < LEN(text) - 1; i++) { u8 c = text[i]; tmp[LEN(text) - 2 - i] = (u8)(c >= 'A' && c <= 'Z' ? c + 32 : c); }
    tmp[LEN(text) - 1] = 0;
    h = mix(h, compare(text + at, tmp + (rnd() & 4095)));
    i32 words = 0, in = 0;
    for (const u8 *p = tmp; *p; p++) { if (*p == ' ') in = 0; else if (!in) { in = 1; words++; } }
    h = mix(h, words);
  }
  return h;
}
