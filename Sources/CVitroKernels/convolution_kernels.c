#include "convolution_kernels.h"

#include <string.h>

/// Indices start ..< end.
typedef struct span {
  int64_t start, end;
} span;

// The taps, from the first to the last, that meet the image in a row of positions.
static inline span taps_of_row(const tap_places *p, int64_t taps, int64_t row) {
  int64_t y = p->first_y + row * p->step_height;
  span s = {0, taps};
  while (s.start < s.end && (y + p->dy[s.start] < 0 || y + p->dy[s.start] >= p->height)) s.start++;
  while (s.start < s.end && (y + p->dy[s.end - 1] < 0 || y + p->dy[s.end - 1] >= p->height)) s.end--;
  return s;
}

// The positions, of `count`, at which first + i·step lies in 0 ..< length.
static inline span positions_inside(int64_t first, int64_t step, int64_t length, int64_t count) {
  int64_t start = first >= 0 ? 0 : (-first + step - 1) / step;
  int64_t end = first >= length ? 0 : (length - first + step - 1) / step;
  if (end > count) end = count;
  return start < end ? (span){start, end} : (span){0, 0};
}

static inline span rows_of_tap(const tap_places *p, int64_t rows, int64_t tap) {
  return positions_inside(p->first_y + p->dy[tap], p->step_height, p->height, rows);
}

static inline span columns_of_tap(const tap_places *p, int64_t columns, int64_t tap) {
  return positions_inside(p->dx[tap], p->step_width, p->width, columns);
}

// Each inclusion of the template makes the kernels for one element type and one vector width.

#define VITRO_GLUE(a, b, c) a##_##b##_##c
#define VITRO_NAME_OF(a, b, c) VITRO_GLUE(a, b, c)
#define NAME(base) VITRO_NAME_OF(base, REAL, ISA)

#define VITRO_LOW_2 0, 2
#define VITRO_HIGH_2 1, 3
#define VITRO_LOW_4 0, 4, 1, 5
#define VITRO_HIGH_4 2, 6, 3, 7
#define VITRO_LOW_8 0, 8, 1, 9, 2, 10, 3, 11
#define VITRO_HIGH_8 4, 12, 5, 13, 6, 14, 7, 15
#define VITRO_LOW_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define VITRO_HIGH_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define VITRO_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

#if defined(__x86_64__) && defined(__linux__)

#define ISA avx512
#define VECTOR_BYTES 64
#define TILE 14
#define TAPS_AT_ONCE 8
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#define REAL float
#define LANES 16
#define LOW VITRO_LOW_16
#define HIGH VITRO_HIGH_16
#include "convolution_kernels_template.h"
#undef REAL
#undef LANES
#undef LOW
#undef HIGH
#define REAL double
#define LANES 8
#define LOW VITRO_LOW_8
#define HIGH VITRO_HIGH_8
#include "convolution_kernels_template.h"
#undef REAL
#undef LANES
#undef LOW
#undef HIGH
#pragma clang attribute pop
#undef ISA
#undef VECTOR_BYTES
#undef TILE
#undef TAPS_AT_ONCE

#define ISA avx2
#define VECTOR_BYTES 32
#define TILE 6
#define TAPS_AT_ONCE 6
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define REAL float
#define LANES 8
#define LOW VITRO_LOW_8
#define HIGH VITRO_HIGH_8
#include "convolution_kernels_template.h"
#undef REAL
#undef LANES
#undef LOW
#undef HIGH
#define REAL double
#define LANES 4
#define LOW VITRO_LOW_4
#define HIGH VITRO_HIGH_4
#include "convolution_kernels_template.h"
#undef REAL
#undef LANES
#undef LOW
#undef HIGH
#pragma clang attribute pop
#undef ISA
#undef VECTOR_BYTES
#undef TILE
#undef TAPS_AT_ONCE

#endif

#define ISA plain
#define VECTOR_BYTES 16
#define TILE 6
#define TAPS_AT_ONCE 6
#define REAL float
#define LANES 4
#define LOW VITRO_LOW_4
#define HIGH VITRO_HIGH_4
#include "convolution_kernels_template.h"
#undef REAL
#undef LANES
#undef LOW
#undef HIGH
#define REAL double
#define LANES 2
#define LOW VITRO_LOW_2
#define HIGH VITRO_HIGH_2
#include "convolution_kernels_template.h"
#undef REAL
#undef LANES
#undef LOW
#undef HIGH

const convolution_kernels *vitro_convolution_kernels(vitro_dtype type) {
  bool wide = type == vitro_float64;
#if defined(__x86_64__) && defined(__linux__)
  if (__builtin_cpu_supports("x86-64-v4")) return wide ? &kernels_double_avx512 : &kernels_float_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) return wide ? &kernels_double_avx2 : &kernels_float_avx2;
#endif
  return wide ? &kernels_double_plain : &kernels_float_plain;
}
