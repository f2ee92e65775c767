// Spheres ray-traced in floats with many small calls.
#include "kernel.h"
typedef struct { float x, y, z; } v3;
typedef struct { v3 c; float r, shade; } sphere;
static sphere s[6];
static float __attribute__((noinline)) dot(float ax, float ay, float az, float bx, float by, float bz) { return ax * bx + ay * by + az * bz; }
static float __attribute__((noinline)) hit(const sphere *b, float ox, float oy, float oz, float dx, float dy, float dz) {
  float lx = b->c.x - ox, ly = b->c.y - oy, lz = b->c.z - oz, t = dot(lx, ly, lz, dx, dy, dz);
  float d = dot(lx, ly, lz, lx, ly, lz) - t * t, q = b->r * b->r - d;
  if (t < 0 || q < 0) return -1;
  return t - __builtin_sqrtf(q);
}
EXPORT u32 run(i32 n) {
  for (i32 i = 0; i < 6; i++) s[i] = (sphere){{(float)(i * 2 - 5), (float)((i * 5) % 4 - 2), (float)(8 + i)}, 1.0f + (float)i * 0.2f, (float)(40 * i + 20)};
  u32 h = 0;
  for (i32 y = 0; y < n; y++)
    for (i32 x = 0; x < n; x++) {
      float dx = ((float)x / (float)n - 0.5f) * 2, dy = ((float)y / (float)n - 0.5f) * 2, dz = 1, inv = 1 / __builtin_sqrtf(dx * dx + dy * dy + dz * dz);
      float best = 1e9f, shade = 0;
      for (i32 i = 0; i < 6; i++) {
        float t = hit(&s[i], 0, 0, 0, dx * inv, dy * inv, dz * inv);
        if (t > 0 && t < best) { best = t; shade = s[i].shade / (1 + t); }
      }
      h = mix(h, (u32)(i32)(shade * 100));
    }
  return h;
}
