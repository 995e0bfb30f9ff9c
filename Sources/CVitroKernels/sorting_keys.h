#ifndef SORTING_KEYS_H
#define SORTING_KEYS_H

#include <string.h>

#include "include/vitro_types.h"
#include "reduce_common.h"

// Keys: unsigned integers in the order of the elements, equal exactly where elements are. −0 and 0 are equal, NaN is the
// largest. Descending order is ascending order of the complements.

REDUCE_INLINE uint32_t sorting_key_float32(float x) {
  uint32_t bits;
  x = x + 0.0f; // −0 becomes 0
  memcpy(&bits, &x, sizeof bits);
  uint32_t key = bits >> 31 ? ~bits : bits | 0x80000000u;
  return x != x ? UINT32_MAX : key;
}

REDUCE_INLINE uint64_t sorting_key_float64(double x) {
  uint64_t bits;
  x = x + 0.0;
  memcpy(&bits, &x, sizeof bits);
  uint64_t key = bits >> 63 ? ~bits : bits | 0x8000000000000000u;
  return x != x ? UINT64_MAX : key;
}

REDUCE_INLINE uint32_t sorting_key_int32(int32_t x) { return (uint32_t)x ^ 0x80000000u; }
REDUCE_INLINE uint64_t sorting_key_int64(int64_t x) { return (uint64_t)x ^ 0x8000000000000000u; }

#endif
