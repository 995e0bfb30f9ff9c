#ifndef VITRO_PRIVATE_KERNELS_H
#define VITRO_PRIVATE_KERNELS_H

#include "clones.h"
#include "include/vitro_threads.h"
#include "include/vitro_types.h"

#include <stddef.h>
#include <string.h>

#define VITRO_INLINE static inline __attribute__((always_inline))

// Outputs may be their own inputs, element for element, which the compiler cannot know. Where it cannot vectorize after
// all (under a sanitizer), it need not say so.
#pragma clang diagnostic ignored "-Wpass-failed"
#define VITRO_VECTOR_LOOP _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

// Bits do not depend on where an element stands: clang's default contraction fuses a·b + c inside one expression only,
// alike in vector bodies and scalar tails. No file here may loosen it.

enum { vitro_grain = 32768 };

typedef void (*vitro_range_body)(const void *context, int64_t begin, int64_t end);

/// Runs `body` over [0, count) in pieces of `vitro_grain` elements, on the pool when there is more than one.
void vitro_parallel_ranges(int64_t count, vitro_range_body body, const void *context);

VITRO_INLINE const void *vitro_offset(const void *base, int64_t bytes) { return (const char *)base + bytes; }
VITRO_INLINE void *vitro_offset_out(void *base, int64_t bytes) { return (char *)base + bytes; }

VITRO_INLINE int64_t vitro_smaller(int64_t a, int64_t b) { return a < b ? a : b; }

VITRO_INLINE int64_t vitro_size_of(vitro_dtype type) {
  switch (type) {
  case vitro_float64:
  case vitro_int64: return 8;
  case vitro_float32:
  case vitro_int32: return 4;
  case vitro_float16:
  case vitro_bfloat16: return 2;
  case vitro_uint8:
  case vitro_bool: return 1;
  }
  return 1;
}

VITRO_INLINE uint32_t bits_f32(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

VITRO_INLINE float from_bits_f32(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

VITRO_INLINE uint64_t bits_f64(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

VITRO_INLINE double from_bits_f64(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

#endif
