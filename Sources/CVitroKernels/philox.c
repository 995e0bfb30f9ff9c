#include "kernels.h"
#include "random_numbers.h"

// Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011): block n of a stream is the four words that ten rounds make of the
// counter (n, stream) under the key `seed`.

// Words live in 64-bit lanes, where one multiplication gives both halves of the product. The upper half of a lane is
// rubbish between rounds: products do not read it.

VITRO_CLONES static void make_blocks(uint64_t seed, uint64_t stream, uint64_t first, uint64_t *pairs, int64_t count) {
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    uint64_t n = first + (uint64_t)i;
    uint64_t c0 = n & 0xffffffffu, c1 = n >> 32, c2 = stream & 0xffffffffu, c3 = stream >> 32;
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
      uint64_t p0 = (c0 & 0xffffffffu) * 0xd2511f53u;
      uint64_t p1 = (c2 & 0xffffffffu) * 0xcd9e8d57u;
      c0 = (p1 >> 32) ^ c1 ^ k0;
      c1 = p1;
      c2 = (p0 >> 32) ^ c3 ^ k1;
      c3 = p0;
      k0 += 0x9e3779b9u;
      k1 += 0xbb67ae85u;
    }
    pairs[2 * i] = (c0 & 0xffffffffu) | c1 << 32;
    pairs[2 * i + 1] = (c2 & 0xffffffffu) | c3 << 32;
  }
}

void vitro_philox_blocks(uint64_t seed, uint64_t stream, uint64_t first, uint64_t *pairs, int64_t count) {
  make_blocks(seed, stream, first, pairs, count);
}
