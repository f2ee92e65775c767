// JSON: generate, parse recursively, sum and measure.
#include "kernel.h"
static u8 text[1 << 16];
static const u8 *p;
static u32 nodes;
static i32 len;
static void put(char c) { text[len++] = (u8)c; }
static void gen(i32 depth) {
  u32 k = depth > 5 ? rnd() % 4 : rnd() % 7;
  if (len > LEN(text) - 4096) k = 0;
  if (k < 2) { u32 v = rnd() % 100000; char d[8]; i32 m = 0; do d[m++] = (char)('0' + v % 10); while (v /= 10); while (m) put(d[--m]); }
  else if (k == 2) { put('"'); for (u32 m = rnd() % 12; m; m--) put((char)('a' + rnd() % 26)); put('\\'); put('n'); put('"'); }
  else if (k == 3) { const char *s = rnd() & 1 ? "true" : "null"; while (*s) put(*s++); }
  else if (k < 6) { put('['); for (u32 m = 2 + rnd() % 6; m; m--) { gen(depth + 1); if (m > 1) { put(','); put(' '); } } put(']'); }
  else { put('{'); for (u32 m = 2 + rnd() % 5; m; m--) { put('"'); put((char)('a' + m)); put('"'); put(':'); gen(depth + 1); if (m > 1) put(','); } put('}'); }
}
static void space(void) { while (*p == ' ') p++; }
static u32 string(void) {
  u32 h = 5381;
  for (p++; *p != '"'; p++) { if (*p == '\\') p++; h = h * 33 + *p; }
  p++;
  return h;
}
static u32 value(void) {
  nodes++;
  space();
  u32 h = 0;
  if (*p == '{') {
    for (p++; space(), *p != '}';) { h = mix(h, string()); space(); p++; h = mix(h, value()); space(); if (*p == ',') p++; }
    p++;
  } else if (*p == '[') {
    for (p++; space(), *p != ']';) { h = mix(h, value()); space(); if (*p == ',') p++; }
    p++;
  } else if (*p == '"') h = string();
  else if (*p >= '0' && *p <= '9') while (*p >= '0' && *p <= '9') h = h * 10 + (*p++ - '0');
  else { h = *p; p += 4; }
  return h;
}
EXPORT u32 run(i32 n) {
  seed(31);
  len = 0;
  put('[');
  while (len < 20000) { gen(0); put(','); }
  put('0'); put(']'); put(0);
  u32 h = 0;
  for (i32 r = 0; r < n; r++) { p = text; nodes = 0; h = mix(h, value()); h = mix(h, nodes); }
  return h;
}
