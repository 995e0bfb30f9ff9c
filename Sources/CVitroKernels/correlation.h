#ifndef VITRO_CORRELATION_H
#define VITRO_CORRELATION_H

#include "convolution_source.h"

/// One correlation over a batch, target[b, g, o, i, j] = bias[g, o] + Σ_c Σ_t pixel(b, g, c, i, j, t)·filters[g, o, c, t],
/// where `source` says which pixel position (i, j) and tap t meet. A convolution is one of these, and the gradient of
/// its input is one for each residue of the pixels by the stride.
typedef struct correlation {
  vitro_dtype type;
  int64_t batch, groups;
  convolution_source source;
  const void *images;
  const void *bias;

  const void *filters; ///< Element of (g, o, c, t) at g·group_step + o·channel_step + c·source_step + tap_indices[t].
  int64_t filter_group_step, filter_channel_step, filter_source_step;
  const int64_t *tap_indices;

  void *target; ///< [batch, groups, target_channels, target_height, target_width]
  int64_t target_channels, target_height, target_width;
  int64_t first_row, row_stride, first_column, column_stride; ///< Where position (i, j) goes.
} correlation;

/// Returns false, with nothing done, when there is no memory for it.
bool vitro_correlate(correlation *correlation);

#endif
