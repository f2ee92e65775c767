// Radix-2 FFT, forward and back, with its own twiddles.
#include "kernel.h"
#define N 1024
static double re[N], im[N], wr[N], wi[N];
static void twiddles(void) {
  // cos and sin of 2πk/N by repeated rotation: no libm here.
  double c = 0.99998117528260111, s = 0.0061358846491544753, x = 1, y = 0;
  for (i32 k = 0; k < N; k++) {
    wr[k] = x; wi[k] = y;
    double t = x * c - y * s;
    y = x * s + y * c;
    x = t;
  }
}
static void fft(i32 inverse) {
  for (i32 i = 1, j = 0; i < N; i++) {
    i32 bit = N >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) { double t = re[i]; re[i] = re[j]; re[j] = t; t = im[i]; im[i] = im[j]; im[j] = t; }
  }
  for (i32 len = 2; len <= N; len <<= 1)
    for (i32 i = 0; i < N; i += len)
      for (i32 k = 0; k < len / 2; k++) {
        i32 w = k * (N / len), a = i + k, b = a + len / 2;
        double c = wr[w], s = inverse ? wi[w] : -wi[w];
        double tr = re[b] * c - im[b] * s, ti = re[b] * s + im[b] * c;
        re[b] = re[a] - tr; im[b] = im[a] - ti;
        re[a] += tr; im[a] += ti;
      }
}
EXPORT u32 run(i32 n) {
  seed(11);
  twiddles();
  for (i32 i = 0; i < N; i++) { re[i] = rnd() % 1000; im[i] = 0; }
  for (i32 r = 0; r < n; r++) {
    fft(0);
    fft(1);
    for (i32 i = 0; i < N; i++) { re[i] /= N; im[i] /= N; }
  }
  u32 h = 0;
  for (i32 i = 0; i < N; i++) h = mix(h, (u32)(i32)(re[i] + 0.5));
  return h;
}
