#include "include/vitro_elementwise.h"
#include "kernels.h"
#include "pairs.h"

#define VECTOR(name, T, OUT, expression) VITRO_PAIR_LOOP(VITRO_CLONES, VITRO_VECTOR_LOOP, name, T, OUT, expression)

#define COMPARISON_LOOPS(T)                                                                                            \
  VECTOR(equal_##T, T, uint8_t, x == y)                                                                                \
  VECTOR(not_equal_##T, T, uint8_t, x != y)                                                                            \
  VECTOR(less_##T, T, uint8_t, x < y)                                                                                  \
  VECTOR(less_equal_##T, T, uint8_t, x <= y)                                                                           \
  static const vitro_pair_loop loops_##T[] = {                                                                         \
      [vitro_equal] = equal_##T,                                                                                       \
      [vitro_not_equal] = not_equal_##T,                                                                               \
      [vitro_less] = less_##T,                                                                                         \
      [vitro_less_equal] = less_equal_##T,                                                                             \
  };

COMPARISON_LOOPS(float)
COMPARISON_LOOPS(double)
COMPARISON_LOOPS(int32_t)
COMPARISON_LOOPS(int64_t)
COMPARISON_LOOPS(uint8_t)

static const vitro_pair_loop *loops_for(vitro_dtype type) {
  switch (type) {
  case vitro_float32: return loops_float;
  case vitro_float64: return loops_double;
  case vitro_int32: return loops_int32_t;
  case vitro_int64: return loops_int64_t;
  case vitro_uint8:
  case vitro_bool: return loops_uint8_t;
  default: return NULL;
  }
}

void vitro_apply_comparison(vitro_comparison op, vitro_dtype type, const void *a, const void *b, uint8_t *out,
                            int32_t rank, const int64_t *shape, const int64_t *strides_a, const int64_t *strides_b) {
  if (op == vitro_greater || op == vitro_greater_equal) {
    vitro_apply_comparison(op == vitro_greater ? vitro_less : vitro_less_equal, type, b, a, out, rank, shape, strides_b,
                           strides_a);
    return;
  }
  const vitro_pair_loop *loops = loops_for(type);
  if (!loops) return;
  vitro_run_pairs(loops[op], vitro_size_of(type), 1, a, b, out, rank, shape, strides_a, strides_b);
}
