#include "reduce_kernels.h"

#include <math.h>

#include "reduce_common.h"

#pragma clang fp contract(fast)

enum { lane_count = 32 };

// One reduction over one type. Rows go four at a time into running totals. Consecutive elements count as rows of 32, whose
// totals end in a fixed tree, so that every vector width adds in the same order. Without the pragma the compiler unrolls
// those 32 into single elements before it looks for vectors.
#define DEFINE_KERNEL(NAME, ELEMENT, LANE, WORD, FIELD, IDENTITY, MAP, JOIN)                                           \
  REDUCE_INLINE void NAME##_rows(const ELEMENT *restrict x, const ELEMENT *restrict y, const double *restrict shift,   \
                                 int64_t rows, int64_t stride, int64_t width, WORD *restrict total) {                  \
    (void)y, (void)shift;                                                                                              \
    int64_t row = 0;                                                                                                   \
    for (; row + 4 <= rows; row += 4) {                                                                                \
      int64_t a = row * stride, b = a + stride, c = b + stride, d = c + stride;                                        \
      _Pragma("clang loop unroll(disable) vectorize(enable)")                                                          \
      for (int64_t j = 0; j < width; j++) {                                                                            \
        LANE ab = JOIN(MAP(LANE, x[a + j], y[a + j], shift[j]), MAP(LANE, x[b + j], y[b + j], shift[j]));              \
        LANE cd = JOIN(MAP(LANE, x[c + j], y[c + j], shift[j]), MAP(LANE, x[d + j], y[d + j], shift[j]));              \
        total[j] = JOIN(total[j], (WORD)JOIN(ab, cd));                                                                 \
      }                                                                                                                \
    }                                                                                                                  \
    for (; row < rows; row++)                                                                                          \
      for (int64_t j = 0; j < width; j++)                                                                              \
        total[j] = JOIN(total[j], (WORD)MAP(LANE, x[row * stride + j], y[row * stride + j], shift[j]));                \
  }                                                                                                                    \
  VITRO_CLONES static void NAME##_columns(const void *x, const void *y, const double *shift, int64_t rows,            \
                                           int64_t stride, int64_t width, reduce_word *total) {                        \
    NAME##_rows(x, y, shift, rows, stride, width, &total->FIELD);                                                      \
  }                                                                                                                    \
  VITRO_CLONES static void NAME##_run(const void *xs, const void *ys, double shift, int64_t count, reduce_word *out) {\
    const ELEMENT *x = xs;                                                                                             \
    const ELEMENT *y = ys;                                                                                             \
    WORD lanes[lane_count];                                                                                            \
    double shifts[lane_count];                                                                                         \
    for (int j = 0; j < lane_count; j++) lanes[j] = IDENTITY, shifts[j] = shift;                                       \
    int64_t rows = count / lane_count, whole = rows * lane_count;                                                      \
    NAME##_rows(x, y, shifts, rows, lane_count, lane_count, lanes);                                                    \
    NAME##_rows(x + whole, y ? y + whole : y, shifts, 1, 0, count - whole, lanes);                                     \
    for (int half = lane_count / 2; half > 0; half /= 2)                                                               \
      for (int j = 0; j < half; j++) lanes[j] = JOIN(lanes[j], lanes[j + half]);                                       \
    out->FIELD = lanes[0];                                                                                             \
  }                                                                                                                    \
  VITRO_CLONES static void NAME##_combine(reduce_word *total, const reduce_word *other, int64_t count) {              \
    for (int64_t j = 0; j < count; j++) total[j].FIELD = JOIN(total[j].FIELD, other[j].FIELD);                         \
  }                                                                                                                    \
  static const reduce_kernel NAME = {NAME##_run, NAME##_columns, NAME##_combine, {.FIELD = IDENTITY}, sizeof(ELEMENT)};

#define ITSELF(TYPE, x, y, s) ((TYPE)(x))
#define SQUARE(TYPE, x, y, s) ((TYPE)(x) * (TYPE)(x))
#define ABSOLUTE(TYPE, x, y, s) (fabs((TYPE)(x)))
#define PRODUCT(TYPE, x, y, s) ((TYPE)(x) * (TYPE)(y))
#define DEVIATION(TYPE, x, y, s) (((TYPE)(x) - (s)) * ((TYPE)(x) - (s)))

#define PLUS(a, b) ((a) + (b))
#define TIMES(a, b) ((a) * (b))
#define WRAPPING_PLUS(a, b) ((int64_t)((uint64_t)(a) + (uint64_t)(b)))

#define DEFINE_REAL_KERNELS(SUFFIX, ELEMENT)                                                                           \
  DEFINE_KERNEL(sum_##SUFFIX, ELEMENT, double, double, real, 0.0, ITSELF, PLUS)                                        \
  DEFINE_KERNEL(product_##SUFFIX, ELEMENT, double, double, real, 1.0, ITSELF, TIMES)                                   \
  DEFINE_KERNEL(maximum_##SUFFIX, ELEMENT, ELEMENT, double, real, -INFINITY, ITSELF, LARGER)                           \
  DEFINE_KERNEL(minimum_##SUFFIX, ELEMENT, ELEMENT, double, real, INFINITY, ITSELF, SMALLER)                           \
  DEFINE_KERNEL(squares_##SUFFIX, ELEMENT, double, double, real, 0.0, SQUARE, PLUS)                                    \
  DEFINE_KERNEL(absolutes_##SUFFIX, ELEMENT, double, double, real, 0.0, ABSOLUTE, PLUS)                                \
  DEFINE_KERNEL(products_##SUFFIX, ELEMENT, double, double, real, 0.0, PRODUCT, PLUS)                                  \
  DEFINE_KERNEL(deviations_##SUFFIX, ELEMENT, double, double, real, 0.0, DEVIATION, PLUS)

#define DEFINE_INTEGER_KERNELS(SUFFIX, ELEMENT, LOWEST, HIGHEST)                                                       \
  DEFINE_KERNEL(sum_##SUFFIX, ELEMENT, int64_t, int64_t, integer, 0, ITSELF, WRAPPING_PLUS)                            \
  DEFINE_KERNEL(maximum_##SUFFIX, ELEMENT, ELEMENT, int64_t, integer, LOWEST, ITSELF, LARGER)                          \
  DEFINE_KERNEL(minimum_##SUFFIX, ELEMENT, ELEMENT, int64_t, integer, HIGHEST, ITSELF, SMALLER)

#pragma clang diagnostic ignored "-Wtautological-compare"

DEFINE_REAL_KERNELS(float32, float)
DEFINE_REAL_KERNELS(float64, double)
DEFINE_INTEGER_KERNELS(int32, int32_t, INT32_MIN, INT32_MAX)
DEFINE_INTEGER_KERNELS(int64, int64_t, INT64_MIN, INT64_MAX)

const reduce_kernel *reduce_kernel_of(vitro_reduction op, vitro_dtype type) {
  static const reduce_kernel *const table[][4] = {
      [vitro_sum] = {&sum_float32, &sum_float64, &sum_int32, &sum_int64},
      [vitro_product] = {&product_float32, &product_float64},
      [vitro_reduce_maximum] = {&maximum_float32, &maximum_float64, &maximum_int32, &maximum_int64},
      [vitro_reduce_minimum] = {&minimum_float32, &minimum_float64, &minimum_int32, &minimum_int64},
      [vitro_sum_of_squares] = {&squares_float32, &squares_float64},
      [vitro_sum_of_absolutes] = {&absolutes_float32, &absolutes_float64},
  };
  switch (type) {
  case vitro_float32: return table[op][0];
  case vitro_float64: return table[op][1];
  case vitro_int32: return table[op][2];
  case vitro_int64: return table[op][3];
  default: return 0;
  }
}

const reduce_kernel *reduce_kernel_of_products(vitro_dtype type) {
  return type == vitro_float32 ? &products_float32 : &products_float64;
}

const reduce_kernel *reduce_kernel_of_deviations(vitro_dtype type) {
  return type == vitro_float32 ? &deviations_float32 : &deviations_float64;
}
