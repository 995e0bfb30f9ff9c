#ifndef VITRO_REDUCTIONS_H
#define VITRO_REDUCTIONS_H

#include "vitro_types.h"

// An array is seen as [outer, length, inner]; the middle axis is reduced (or scanned, sorted, …).

typedef enum vitro_reduction {
  vitro_sum,
  vitro_product,
  vitro_reduce_maximum, ///< NaN if any is NaN
  vitro_reduce_minimum, ///< NaN if any is NaN
  vitro_sum_of_squares,
  vitro_sum_of_absolutes,
} vitro_reduction;

/// out[o, i] = the reduction of x[o, ·, i]. Sums run pairwise over blocks of fixed length: error O(log n). An empty axis
/// gives 0, 1, −∞, +∞, 0, 0. Types: float32, float64; sum, maximum and minimum also int32 and int64.
void vitro_reduce(vitro_reduction op, vitro_dtype type, const void *x, void *out, int64_t outer, int64_t length,
                  int64_t inner);

/// The first index of the largest (or smallest) element; NaN counts as largest (smallest). length ≥ 1.
void vitro_reduce_argument(bool largest, vitro_dtype type, const void *x, int64_t *out, int64_t outer, int64_t length,
                           int64_t inner);

/// Inclusive running sums along the middle axis, backward from the end if `reversed`. float32, float64, int64.
void vitro_cumulative_sum(vitro_dtype type, const void *x, void *out, int64_t outer, int64_t length, int64_t inner,
                          bool reversed);

/// mean[o, i] and variance[o, i] (divided by length − correction) of x[o, ·, i], two passes, float32 and float64.
void vitro_moments(vitro_dtype type, const void *x, void *mean, void *variance, int64_t outer, int64_t length,
                   int64_t inner, double correction);

/// Σ_i x[i]·y[i], pairwise.
double vitro_dot(vitro_dtype type, const void *x, const void *y, int64_t count);

/// out[o, i] = Σ_l x[o, l, i]·y[o, l, i].
void vitro_reduce_product_of_pairs(vitro_dtype type, const void *x, const void *y, void *out, int64_t outer,
                                   int64_t length, int64_t inner);

#endif
