// A binary search tree of pointers: insert and walk.
#include "kernel.h"
typedef struct node { struct node *l, *r; u32 key, n; } node;
static node pool[1 << 14];
static i32 used;
static node *insert(node *t, u32 k) {
  if (!t) { node *x = &pool[used++]; *x = (node){0, 0, k, 1}; return x; }
  if (k < t->key) t->l = insert(t->l, k);
  else if (k > t->key) t->r = insert(t->r, k);
  else t->n++;
  return t;
}
static u32 walk(const node *t, u32 d) { return t ? mix(walk(t->l, d + 1), t->key * d + t->n) + walk(t->r, d + 1) : d; }
EXPORT u32 run(i32 n) {
  seed(47);
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    node *t = 0;
    used = 0;
    for (i32 i = 0; i < 4000; i++) t = insert(t, rnd() & 0xffff);
    h = mix(h, walk(t, 0));
  }
  return h;
}
