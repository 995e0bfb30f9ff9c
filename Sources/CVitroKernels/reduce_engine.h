#ifndef REDUCE_ENGINE_H
#define REDUCE_ENGINE_H

#include "reduce_kernels.h"

/// What a reduction reads beside its shape. `shift_high[r] + shift_low[r]`, of the kernel's element type, is taken off the
/// elements of result r; both NULL when the kernel needs no shift.
typedef struct reduce_operands {
  const void *x, *y;
  const void *shift_high, *shift_low;
} reduce_operands;

/// Puts `count` finished results at `out + first`.
typedef void (*reduce_store)(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context);

/// Where results go.
typedef struct reduce_target {
  reduce_store store;
  void *out;
  const void *context;
} reduce_target;

/// Reduces the middle axis of [outer, length, inner]; result o·inner + i. The store of a result runs after all reads of its
/// shift.
void reduce_axis(const reduce_kernel *kernel, vitro_dtype type, reduce_operands operands, reduce_target target,
                 int64_t outer, int64_t length, int64_t inner);

/// Reduces axes 0 and 2 of [outer, channels, inner] for `count` channels from `first` on; result c − first.
void reduce_channels(const reduce_kernel *kernel, vitro_dtype type, reduce_operands operands, reduce_target target,
                     int64_t outer, int64_t channels, int64_t inner, int64_t first, int64_t count);

#endif
