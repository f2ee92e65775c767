// Seals a ledger: every entry is hashed together with the seal before it (SHA-256, FIPS 180-4), so that changing any
// past entry changes the last seal. Logs the last seal and returns the number of entries.
#include "../../guest/c/icn.h"

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void sha256_block(uint32_t state[8], const uint8_t block[64]) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) {
    const uint8_t *at = block + 4 * i;
    w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

typedef struct {
  uint32_t state[8];
  uint8_t block[64];
  uint32_t filled;
  uint64_t length;
} sha256;

static void sha256_start(sha256 *s) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (int i = 0; i < 8; i++) s->state[i] = start[i];
  s->filled = 0;
  s->length = 0;
}

static void sha256_byte(sha256 *s, uint8_t byte) {
  s->block[s->filled++] = byte;
  if (s->filled == 64) {
    sha256_block(s->state, s->block);
    s->filled = 0;
  }
}

static void sha256_add(sha256 *s, const uint8_t *bytes, uint32_t length) {
  s->length += length;
  while (length--) sha256_byte(s, *bytes++);
}

static void sha256_end(sha256 *s, uint8_t digest[32]) {
  uint64_t bits = s->length * 8;
  sha256_byte(s, 0x80);
  while (s->filled != 56) sha256_byte(s, 0);
  for (int i = 7; i >= 0; i--) sha256_byte(s, (uint8_t)(bits >> 8 * i));
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}

static const char *const entries[] = {
    "2025-07-01 member Amara joins, share 50.00",
    "2025-07-02 member Bruno joins, share 50.00",
    "2025-07-09 sale of 40 loaves, 152.00",
    "2025-07-10 flour from the mill, -61.20",
    "2025-07-31 rent of the bakehouse, -75.00",
};
#define ENTRIES (sizeof entries / sizeof *entries)

ICN_ENTRY int64_t run(void) {
  static const char hex[] = "0123456789abcdef";
  uint8_t seal[32] = {0};
  for (uint32_t i = 0; i < ENTRIES; i++) {
    uint32_t length = 0;
    while (entries[i][length]) length++;
    sha256 s;
    sha256_start(&s);
    sha256_add(&s, seal, sizeof seal);
    sha256_add(&s, (const uint8_t *)entries[i], length);
    sha256_end(&s, seal);
  }
  icn_line line = {0};
  icn_put(&line, "Seal ");
  for (int i = 0; i < 32; i++) {
    line.text[line.length++] = hex[seal[i] >> 4];
    line.text[line.length++] = hex[seal[i] & 15];
  }
  icn_end_line(&line, ICN_INFO);
  return ENTRIES;
}
