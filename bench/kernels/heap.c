// Binary-heap priority queue: push and pop.
#include "kernel.h"
static u32 heap[1 << 14];
static i32 size;
static void push(u32 v) {
  i32 i = size++;
  for (; i && heap[(i - 1) >> 1] > v; i = (i - 1) >> 1) heap[i] = heap[(i - 1) >> 1];
  heap[i] = v;
}
static u32 pop(void) {
  u32 top = heap[0], v = heap[--size];
  i32 i = 0;
  for (;;) {
    i32 c = 2 * i + 1;
    if (c >= size) break;
    if (c + 1 < size && heap[c + 1] < heap[c]) c++;
    if (heap[c] >= v) break;
    heap[i] = heap[c];
    i = c;
  }
  heap[i] = v;
  return top;
}
EXPORT u32 run(i32 n) {
  seed(3);
  size = 0;
  u32 h = 0;
  for (i32 i = 0; i < n; i++) {
    if (size < 2 || (rnd() % 3 && size < LEN(heap))) push(rnd() >> 4);
    else h = mix(h, pop());
  }
  while (size) h = mix(h, pop());
  return h;
}
