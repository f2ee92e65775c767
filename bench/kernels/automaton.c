// A table-driven DFA scanning tokens.
#include "kernel.h"
static u8 text[16384], cls[256];
static const u8 next[6][5] = {{1, 2, 0, 4, 5}, {1, 1, 0, 4, 5}, {0, 2, 0, 3, 5}, {0, 3, 0, 0, 5}, {1, 2, 0, 4, 5}, {5, 5, 5, 5, 0}};
EXPORT u32 run(i32 n) {
  seed(23);
  for (i32 i = 0; i < 256; i++) cls[i] = (u8)(i >= 'a' && i <= 'z' ? 0 : i >= '0' && i <= '9' ? 1 : i == '"' ? 4 : i == '.' || i == '+' ? 3 : 2);
  for (i32 i = 0; i < LEN(text); i++) text[i] = (u8)("abcxyz0123456789 \t.+\"();ab12 "[rnd() % 29]);
  u32 h = 0, counts[6] = {0};
  for (i32 r = 0; r < n; r++) {
    u32 s = 0;
    for (i32 i = 0; i < LEN(text); i++) {
      u32 t = next[s][cls[text[i]]];
      if (t != s) counts[t]++;
      s = t;
    }
    text[r & 16383] ^= 1;
  }
  for (i32 i = 0; i < 6; i++) h = mix(h, counts[i]);
  return h;
}
