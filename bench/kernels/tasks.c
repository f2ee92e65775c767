// Cooperative tasks as function pointers with state: indirect calls and switches.
#include "kernel.h"
typedef struct task { i32 (*step)(struct task *); i32 state; u32 acc; struct task *next; } task;
static task tasks[32];
static i32 producer(task *t) { switch (t->state++ & 3) { case 0: t->acc += 3; break; case 1: t->next->acc ^= t->acc; break; case 2: t->acc *= 5; break; default: t->acc >>= 1; } return 1; }
static i32 consumer(task *t) { if (t->acc & 1) t->acc = t->acc * 3 + 1; else t->acc >>= 1; return t->acc & 2; }
static i32 relay(task *t) { u32 x = t->acc; t->acc = t->next->acc; t->next->acc = x + t->state++; return 0; }
EXPORT u32 run(i32 n) {
  for (i32 i = 0; i < 32; i++) tasks[i] = (task){i % 3 == 0 ? producer : i % 3 == 1 ? consumer : relay, i, (u32)i * 77 + 1, &tasks[(i * 5 + 1) & 31]};
  u32 h = 0;
  task *t = tasks;
  for (i32 i = 0; i < n; i++) { h += t->step(t); t = t->next + (t->acc & 1 && t->next < tasks + 31); }
  for (i32 i = 0; i < 32; i++) h = mix(h, tasks[i].acc);
  return h;
}
