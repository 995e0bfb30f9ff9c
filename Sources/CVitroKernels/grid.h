#ifndef VITRO_PRIVATE_GRID_H
#define VITRO_PRIVATE_GRID_H

#include "include/vitro_types.h"

enum { vitro_most_operands = 3 };

/// A row-major index space walked by several operands, each through its own strides. Axes of length 1 are gone and
/// neighbours that every operand crosses without a jump are one; at least one axis remains.
typedef struct vitro_grid {
  int32_t rank, operands;
  int64_t count;
  int64_t shape[vitro_max_rank];
  int64_t strides[vitro_most_operands][vitro_max_rank];
} vitro_grid;

vitro_grid vitro_grid_make(int32_t rank, const int64_t *shape, int32_t operands, const int64_t *const *strides);

/// Merges what can be merged after the axes of a grid were changed.
void vitro_grid_collapse(vitro_grid *grid);

/// A place in a grid, and where each operand stands there, in elements.
typedef struct vitro_cursor {
  int64_t index[vitro_max_rank];
  int64_t offsets[vitro_most_operands];
} vitro_cursor;

vitro_cursor vitro_cursor_at(const vitro_grid *grid, int64_t position);

/// Steps to the beginning of the next row: the next index of all axes but the last.
void vitro_cursor_next_row(const vitro_grid *grid, vitro_cursor *cursor);

/// One operand of a row-major grid, read block by block as contiguous memory.
typedef struct vitro_stream {
  const void *data;
  int64_t element_size;
  vitro_grid grid;
  bool dense;
} vitro_stream;

vitro_stream vitro_stream_make(const void *data, int64_t element_size, int32_t rank, const int64_t *shape,
                               const int64_t *strides);

/// Elements [begin, begin + count) in order: where they lie if dense, else copied into `buffer`.
const void *vitro_stream_read(const vitro_stream *stream, int64_t begin, int64_t count, void *buffer);

#endif
