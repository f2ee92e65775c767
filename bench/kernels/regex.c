// Backtracking regular-expression matcher over text.
#include "kernel.h"
static u8 text[4096];
static i32 here(const char *p, const u8 *t);
static i32 star(i32 c, const char *p, const u8 *t) {
  do if (here(p, t)) return 1;
  while (*t && (*t++ == c || c == '.'));
  return 0;
}
static i32 here(const char *p, const u8 *t) {
  if (!p[0]) return 1;
  if (p[1] == '*') return star(p[0], p + 2, t);
  if (p[0] == '$' && !p[1]) return !*t;
  if (*t && (p[0] == '.' || p[0] == (char)*t)) return here(p + 1, t + 1);
  return 0;
}
static const char *pats[] = {"ab*c", "a.*b.*c$", "x*y*z", "b.b.b", "c*a*b*d", "abcabc"};
EXPORT u32 run(i32 n) {
  seed(19);
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    i32 len = 60 + (rnd() & 63);
    for (i32 i = 0; i < len; i++) text[i] = (u8)("abcd"[rnd() & 3]);
    text[len] = 0;
    for (i32 p = 0; p < LEN(pats); p++)
      for (const u8 *t = text; *t; t++) h = mix(h, here(pats[p], t));
  }
  return h;
}
