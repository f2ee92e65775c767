// AES-128 encryption, byte-wise with a computed S-box.
#include "kernel.h"
static u8 sbox[256], rk[176], st[16];
static u8 xt(u8 x) { return (u8)((x << 1) ^ (x & 0x80 ? 0x1b : 0)); }
static void init(void) {
  u8 p = 1, q = 1;
  do {
    p = (u8)(p ^ xt(p));
    q ^= (u8)(q << 1); q ^= (u8)(q << 2); q ^= (u8)(q << 4);
    if (q & 0x80) q ^= 0x09;
    u8 x = (u8)(q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4));
    sbox[p] = x ^ 0x63;
  } while (p != 1);
  sbox[0] = 0x63;
  for (i32 i = 0; i < 16; i++) rk[i] = (u8)(i * 17);
  u8 rcon = 1;
  for (i32 i = 16; i < 176; i += 4) {
    u8 t[4] = {rk[i - 4], rk[i - 3], rk[i - 2], rk[i - 1]};
    if (i % 16 == 0) {
      u8 a = t[0];
      t[0] = sbox[t[1]] ^ rcon; t[1] = sbox[t[2]]; t[2] = sbox[t[3]]; t[3] = sbox[a];
      rcon = xt(rcon);
    }
    for (i32 k = 0; k < 4; k++) rk[i + k] = rk[i - 16 + k] ^ t[k];
  }
}
static void round_(i32 r, i32 last) {
  u8 t[16];
  for (i32 c = 0; c < 4; c++) for (i32 k = 0; k < 4; k++) t[c * 4 + k] = sbox[st[((c + k) & 3) * 4 + k]];
  for (i32 c = 0; c < 4; c++) {
    u8 *p = t + c * 4;
    if (!last) {
      u8 e = p[0] ^ p[1] ^ p[2] ^ p[3], f = p[0];
      p[0] ^= e ^ xt(p[0] ^ p[1]); p[1] ^= e ^ xt(p[1] ^ p[2]); p[2] ^= e ^ xt(p[2] ^ p[3]); p[3] ^= e ^ xt(p[3] ^ f);
    }
    for (i32 k = 0; k < 4; k++) st[c * 4 + k] = p[k] ^ rk[r * 16 + c * 4 + k];
  }
}
EXPORT u32 run(i32 n) {
  init();
  for (i32 i = 0; i < 16; i++) st[i] = (u8)(i * 0x11);
  for (i32 b = 0; b < n; b++) {
    for (i32 i = 0; i < 16; i++) st[i] ^= rk[i];
    for (i32 r = 1; r < 10; r++) round_(r, 0);
    round_(10, 1);
  }
  u32 h = 0;
  for (i32 i = 0; i < 16; i++) h = mix(h, st[i]);
  return h;
}
