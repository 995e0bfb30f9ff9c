#ifndef VITRO_PRIVATE_PAIRS_H
#define VITRO_PRIVATE_PAIRS_H

#include "include/vitro_types.h"

/// out[i] = f(a[i·step_a], b[i·step_b]) with steps 0 or 1.
typedef void (*vitro_pair_loop)(const void *a, int64_t step_a, const void *b, int64_t step_b, void *out, int64_t count);

/// Runs a loop over a broadcast pair of operands, in pieces on the pool.
void vitro_run_pairs(vitro_pair_loop loop, int64_t element_size, int64_t out_size, const void *a, const void *b,
                     void *out, int32_t rank, const int64_t *shape, const int64_t *strides_a, const int64_t *strides_b);

// Defines such a loop. Where both steps are 0 only the first element counts, repeated.
#define VITRO_PAIR_LOOP(attributes, hint, name, T, OUT, expression)                                                    \
  attributes static void name(const void *first, int64_t step_a, const void *second, int64_t step_b, void *result,     \
                              int64_t count) {                                                                         \
    const T *a = first, *b = second;                                                                                   \
    OUT *out = result;                                                                                                 \
    if (step_a && step_b) {                                                                                            \
      hint                                                                                                             \
      for (int64_t i = 0; i < count; i++) {                                                                            \
        T x = a[i], y = b[i];                                                                                          \
        out[i] = (OUT)(expression);                                                                                    \
      }                                                                                                                \
    } else if (step_a) {                                                                                               \
      T y = *b;                                                                                                        \
      hint                                                                                                             \
      for (int64_t i = 0; i < count; i++) {                                                                            \
        T x = a[i];                                                                                                    \
        out[i] = (OUT)(expression);                                                                                    \
      }                                                                                                                \
    } else if (step_b) {                                                                                               \
      T x = *a;                                                                                                        \
      hint                                                                                                             \
      for (int64_t i = 0; i < count; i++) {                                                                            \
        T y = b[i];                                                                                                    \
        out[i] = (OUT)(expression);                                                                                    \
      }                                                                                                                \
    } else {                                                                                                           \
      T x = *a, y = *b;                                                                                                \
      OUT value = (OUT)(expression);                                                                                   \
      for (int64_t i = 0; i < count; i++) out[i] = value;                                                              \
    }                                                                                                                  \
  }

#endif
