#ifndef VITRO_CONVOLUTION_KERNELS_H
#define VITRO_CONVOLUTION_KERNELS_H

#include "include/vitro_types.h"

// The inner loops of convolution. One vector holds neighbouring output channels (its lanes); pixels are broadcast. So
// images are read as they lie, [channel, row, column], and a tile of a row of pixels times one or two vectors of
// channels stays in registers through the whole sum. What has lanes is laid out in panels [vector, …, lane].

enum { most_vectors = 2, most_lanes = 16 };

/// Which taps meet the image where: position (i, j) of a block and tap t meet pixel
/// (first_y + i·step_height + dy[t], j·step_width + dx[t]). What lies outside is zero and may be left out of sums.
typedef struct tap_places {
  const int64_t *dy, *dx;
  int64_t first_y, step_height, step_width;
  int64_t height, width;
} tap_places;

/// sums[v, row, column, lane] = Σ_c Σ_t pixel · filters[v, c, t, lane], where the pixel is
/// source[c·channel_step + row·row_step + offsets[t] + column].
typedef struct correlation_block {
  const void *source;
  int64_t channels, channel_step;
  const int64_t *offsets;
  int64_t taps;
  const tap_places *places; ///< NULL when all taps of all positions meet the image.
  const void *filters;
  int64_t filters_step; ///< Elements from one vector's panel to the next.
  int64_t vectors;      ///< 1 or 2.
  int64_t rows, row_step, width;
  void *sums;
  int64_t sums_step;
} correlation_block;

/// gradients[v, c, t, lane] += Σ_row Σ_column pixel · gy[v, row, column, lane], the pixel as in a correlation.
typedef struct gradient_block {
  const void *source;
  int64_t channels, channel_step;
  const int64_t *offsets;
  int64_t taps;
  const tap_places *places; ///< NULL when all taps of all positions meet the image.
  const void *gy;
  int64_t gy_step;
  int64_t vectors;
  int64_t rows, row_step, width;
  void *gradients;
  int64_t gradients_step;
} gradient_block;

/// A rectangle of every channel's plane, which may reach beyond the plane, copied out with zeros where there is no
/// image. Columns are dealt to `deal` neighbouring rows, column x to row x mod deal: so the pixels that one filter
/// element meets at a stride of `deal` lie side by side.
typedef struct region {
  const void *planes;
  int64_t channels, height, width;
  int64_t top, left;           ///< May be negative.
  int64_t rows, columns, deal; ///< `columns` in one dealt row.
  void *target;                ///< [channel, rows, deal, columns], and 64 bytes to spare.
  int64_t channel_step;
} region;

typedef struct convolution_kernels {
  int64_t lanes;
  void (*correlate)(const correlation_block *block);
  void (*accumulate_gradient)(const gradient_block *block);
  /// gradients[lane] += Σ_i panel[i, lane].
  void (*sum_panel)(const void *panel, int64_t count, void *gradients);
  /// panel[i, lane] = rows[lane·row_step + i] for i in 0 ..< count; lanes from `valid` on become 0.
  void (*pack)(const void *rows, int64_t row_step, int64_t count, int64_t valid, void *panel);
  /// rows[lane·row_step + i] = panel[i, lane] + bias[lane] for lanes below `valid`; bias may be NULL.
  void (*unpack)(const void *panel, int64_t count, int64_t valid, const void *bias, void *rows, int64_t row_step);
  /// sum[i] += other[i].
  void (*add)(const void *other, int64_t count, void *sum);
  void (*cut)(const region *region);
} convolution_kernels;

/// The kernels for the processor at hand.
const convolution_kernels *vitro_convolution_kernels(vitro_dtype type);

#endif
