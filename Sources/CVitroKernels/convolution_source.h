#ifndef VITRO_CONVOLUTION_SOURCE_H
#define VITRO_CONVOLUTION_SOURCE_H

#include "convolution_kernels.h"

/// How a correlation reads its images: position (i, j) and tap t meet pixel
/// (i·step_height + dy[t], j·step_width + dx[t]). Bands of positions are read in place where all their pixels exist
/// and lie side by side, else from a region that is cut out with its padding.
typedef struct convolution_source {
  int64_t channels, height, width;
  int64_t rows, columns; ///< Positions.
  int64_t step_height, step_width;
  int64_t taps;
  const int64_t *dy, *dx;
  int64_t band_rows; ///< Rows of positions in a band.

  bool in_place;
  int64_t top, left;                    ///< The first pixel of position (0, 0).
  int64_t region_rows, region_columns;  ///< Of the region of a band, columns in a dealt row.
  int64_t channel_step, row_step;       ///< Elements between channels and rows of positions.
  int64_t region_elements;              ///< 0 in place.
} convolution_source;

/// Fills in what follows from the fields up to `band_rows`, and `offsets` [taps] from the first pixel of a position.
void vitro_source_prepare(convolution_source *source, int64_t *offsets);

/// Where the taps of a band meet the image.
tap_places vitro_source_places(const convolution_source *source, int64_t first_row);

/// Returns where position (first_row, 0) of a band reads, after cutting the region into `target` unless in place.
const void *vitro_source_read(const convolution_source *source, const convolution_kernels *kernels, vitro_dtype type,
                              const void *planes, int64_t first_row, int64_t rows, void *target);

#endif
