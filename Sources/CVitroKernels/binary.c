#include "include/vitro_elementwise.h"
#include "kernels.h"
#include "pairs.h"

#include <math.h>

#define VECTOR(name, T, OUT, expression) VITRO_PAIR_LOOP(VITRO_CLONES, VITRO_VECTOR_LOOP, name, T, OUT, expression)
#define SCALAR(name, T, OUT, expression) VITRO_PAIR_LOOP(, , name, T, OUT, expression)

#define FLOAT_LOOPS(suffix, T, power, arc_tangent)                                                                     \
  VECTOR(add_##suffix, T, T, x + y)                                                                                    \
  VECTOR(subtract_##suffix, T, T, x - y)                                                                               \
  VECTOR(multiply_##suffix, T, T, x *y)                                                                                \
  VECTOR(divide_##suffix, T, T, x / y)                                                                                 \
  VECTOR(maximum_##suffix, T, T, x > y ? x : (x != x ? x : y))                                                         \
  VECTOR(minimum_##suffix, T, T, x < y ? x : (x != x ? x : y))                                                         \
  SCALAR(pow_##suffix, T, T, power(x, y))                                                                              \
  SCALAR(atan2_##suffix, T, T, arc_tangent(x, y))

// Integers wrap around, which C grants only to unsigned ones.
#define INTEGER_LOOPS(suffix, T, U)                                                                                    \
  VECTOR(add_##suffix, T, T, (U)x + (U)y)                                                                              \
  VECTOR(subtract_##suffix, T, T, (U)x - (U)y)                                                                         \
  VECTOR(multiply_##suffix, T, T, (U)x *(U)y)                                                                          \
  SCALAR(divide_##suffix, T, T, y == 0 ? 0 : y == -1 ? (T)(0 - (U)x) : x / y)                                          \
  VECTOR(maximum_##suffix, T, T, x > y ? x : y)                                                                        \
  VECTOR(minimum_##suffix, T, T, x < y ? x : y)

FLOAT_LOOPS(f32, float, powf, atan2f)
FLOAT_LOOPS(f64, double, pow, atan2)
INTEGER_LOOPS(i32, int32_t, uint32_t)
INTEGER_LOOPS(i64, int64_t, uint64_t)

#define ARITHMETIC(suffix)                                                                                             \
  [vitro_add] = add_##suffix, [vitro_subtract] = subtract_##suffix, [vitro_multiply] = multiply_##suffix,              \
  [vitro_divide] = divide_##suffix, [vitro_maximum] = maximum_##suffix, [vitro_minimum] = minimum_##suffix

static const vitro_pair_loop float32_loops[] = {ARITHMETIC(f32), [vitro_pow] = pow_f32, [vitro_atan2] = atan2_f32};
static const vitro_pair_loop float64_loops[] = {ARITHMETIC(f64), [vitro_pow] = pow_f64, [vitro_atan2] = atan2_f64};
static const vitro_pair_loop int32_loops[] = {ARITHMETIC(i32), [vitro_atan2] = NULL};
static const vitro_pair_loop int64_loops[] = {ARITHMETIC(i64), [vitro_atan2] = NULL};

static vitro_pair_loop loop_for(vitro_binary op, vitro_dtype type) {
  switch (type) {
  case vitro_float32: return float32_loops[op];
  case vitro_float64: return float64_loops[op];
  case vitro_int32: return int32_loops[op];
  case vitro_int64: return int64_loops[op];
  default: return NULL;
  }
}

void vitro_apply_binary(vitro_binary op, vitro_dtype type, const void *a, const void *b, void *out, int32_t rank,
                        const int64_t *shape, const int64_t *strides_a, const int64_t *strides_b) {
  vitro_pair_loop loop = loop_for(op, type);
  if (!loop) return;
  int64_t size = vitro_size_of(type);
  vitro_run_pairs(loop, size, size, a, b, out, rank, shape, strides_a, strides_b);
}
