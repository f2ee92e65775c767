// What every kernel shares: fixed-width types, a seeded generator, and the four memory functions clang may call.
#pragma once
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;
#define EXPORT __attribute__((visibility("default")))
#define LEN(a) ((int)(sizeof(a) / sizeof((a)[0])))

static u32 seed_ = 2463534242u;
static inline void seed(u32 s) { seed_ = s | 1; }
static inline u32 rnd(void) {
  seed_ ^= seed_ << 13;
  seed_ ^= seed_ >> 17;
  return seed_ ^= seed_ << 5;
}
static inline u32 mix(u32 h, u32 v) { return (h ^ v) * 16777619u; }

void *memset(void *d, int c, unsigned long n) {
  u8 *p = d;
  while (n--) *p++ = (u8)c;
  return d;
}
void *memcpy(void *d, const void *s, unsigned long n) {
  u8 *p = d;
  const u8 *q = s;
  while (n--) *p++ = *q++;
  return d;
}
void *memmove(void *d, const void *s, unsigned long n) {
  u8 *p = d;
  const u8 *q = s;
  if (p < q) while (n--) *p++ = *q++;
  else while (n--) p[n] = q[n];
  return d;
}
int memcmp(const void *a, const void *b, unsigned long n) {
  const u8 *p = a, *q = b;
  for (; n--; p++, q++) if (*p != *q) return *p - *q;
  return 0;
}
