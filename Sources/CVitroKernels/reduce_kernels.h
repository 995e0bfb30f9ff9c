#ifndef REDUCE_KERNELS_H
#define REDUCE_KERNELS_H

#include "include/vitro_reductions.h"

/// A running result: floats reduce in double, integers in int64.
typedef union reduce_word {
  double real;
  int64_t integer;
} reduce_word;

/// The loops of one reduction over one element type. `y` is the second operand of a sum of products, `shift` what is taken off
/// each element of a sum of squared deviations; other reductions do not read them.
typedef struct reduce_kernel {
  /// out = the reduction of `count` consecutive elements.
  void (*run)(const void *x, const void *y, double shift, int64_t count, reduce_word *out);
  /// total[j] = total[j] ∘ x[0, j] ∘ x[1, j] ∘ …, with rows `stride` elements apart.
  void (*columns)(const void *x, const void *y, const double *shift, int64_t rows, int64_t stride, int64_t width,
                  reduce_word *total);
  /// total[j] = total[j] ∘ other[j].
  void (*combine)(reduce_word *total, const reduce_word *other, int64_t count);
  reduce_word identity;
  int64_t element_size;
} reduce_kernel;

/// NULL when there is no such reduction over the type.
const reduce_kernel *reduce_kernel_of(vitro_reduction op, vitro_dtype type);
/// Σ x·y and Σ (x − shift)², for float32 and float64.
const reduce_kernel *reduce_kernel_of_products(vitro_dtype type);
const reduce_kernel *reduce_kernel_of_deviations(vitro_dtype type);

#endif
