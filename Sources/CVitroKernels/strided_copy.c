#include "grid.h"
#include "include/vitro_elementwise.h"
#include "kernels.h"

#include <stdlib.h>

// One engine moves elements between two strided views. Its axes are sorted so that the output is walked in order; when
// another axis is the one that lies close together in the source, the two are crossed in cache-sized tiles.

enum { tile = 32, chunk = 1024, source = 0, target = 1 };

typedef struct copy_job {
  int64_t element_size;
  const void *from;
  void *to;
  vitro_grid grid;
  // For tiles: the close axis of the source is second to last; pieces of `tile` rows and `chunk` columns.
  int64_t strips, chunks, pieces, pieces_a_task;
} copy_job;

static int64_t magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

static void swap_axes(vitro_grid *grid, int32_t i, int32_t j) {
  int64_t length = grid->shape[i];
  grid->shape[i] = grid->shape[j];
  grid->shape[j] = length;
  for (int32_t k = 0; k < grid->operands; k++) {
    int64_t stride = grid->strides[k][i];
    grid->strides[k][i] = grid->strides[k][j];
    grid->strides[k][j] = stride;
  }
}

static void sort_by_target(vitro_grid *grid) {
  for (int32_t i = 1; i < grid->rank; i++) {
    for (int32_t j = i; j > 0 && magnitude(grid->strides[target][j - 1]) < magnitude(grid->strides[target][j]); j--) {
      swap_axes(grid, j - 1, j);
    }
  }
}

/// The axis along which the source lies closest, if that beats the last one; else −1.
static int32_t crossing_axis(const vitro_grid *grid) {
  int32_t last = grid->rank - 1, best = -1;
  int64_t closest = magnitude(grid->strides[source][last]);
  if (closest < 2 || grid->shape[last] < 4) return -1;
  for (int32_t axis = 0; axis < last; axis++) {
    int64_t stride = magnitude(grid->strides[source][axis]);
    if (stride == 0 || stride >= closest || grid->shape[axis] < 4) continue;
    closest = stride;
    best = axis;
  }
  return best;
}

#define COPY(T)                                                                                                        \
  static void copy_run_##T(const T *from, int64_t step_from, T *to, int64_t step_to, int64_t count) {                  \
    if (step_from == 1 && step_to == 1) {                                                                              \
      memcpy(to, from, (size_t)count * sizeof(T));                                                                     \
    } else if (step_from == 0 && step_to == 1) {                                                                       \
      T value = *from;                                                                                                 \
      for (int64_t i = 0; i < count; i++) to[i] = value;                                                               \
    } else {                                                                                                           \
      for (int64_t i = 0; i < count; i++) to[i * step_to] = from[i * step_from];                                       \
    }                                                                                                                  \
  }                                                                                                                    \
  static void copy_rows_##T(const copy_job *job, int64_t begin, int64_t end) {                                         \
    const vitro_grid *grid = &job->grid;                                                                               \
    int32_t last = grid->rank - 1;                                                                                     \
    vitro_cursor cursor = vitro_cursor_at(grid, begin);                                                                \
    while (begin < end) {                                                                                              \
      int64_t run = vitro_smaller(grid->shape[last] - cursor.index[last], end - begin);                                \
      copy_run_##T((const T *)job->from + cursor.offsets[source], grid->strides[source][last],                         \
                   (T *)job->to + cursor.offsets[target], grid->strides[target][last], run);                           \
      begin += run;                                                                                                    \
      vitro_cursor_next_row(grid, &cursor);                                                                            \
    }                                                                                                                  \
  }                                                                                                                    \
  /* Read along the source's close axis into the tile, written along the target's. */                                  \
  static void copy_tile_##T(const T *from, int64_t from_row, int64_t from_column, T *to, int64_t to_row,               \
                            int64_t to_column, int64_t rows, int64_t columns) {                                        \
    T block[tile * tile];                                                                                              \
    for (int64_t column = 0; column < columns; column++) {                                                             \
      const T *line = from + column * from_column;                                                                     \
      T *kept = block + column * tile;                                                                                 \
      if (from_row == 1 && rows == tile) {                                                                             \
        memcpy(kept, line, sizeof(T) * tile);                                                                          \
      } else {                                                                                                         \
        for (int64_t row = 0; row < rows; row++) kept[row] = line[row * from_row];                                     \
      }                                                                                                                \
    }                                                                                                                  \
    for (int64_t row = 0; row < rows; row++) {                                                                         \
      T *line = to + row * to_row;                                                                                     \
      if (to_column == 1) {                                                                                            \
        for (int64_t column = 0; column < columns; column++) line[column] = block[column * tile + row];                \
      } else {                                                                                                         \
        for (int64_t column = 0; column < columns; column++) line[column * to_column] = block[column * tile + row];    \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void copy_pieces_##T(const copy_job *job, int64_t begin, int64_t end) {                                       \
    const vitro_grid *grid = &job->grid;                                                                               \
    int32_t columns = grid->rank - 1, rows = grid->rank - 2;                                                           \
    const int64_t *from = grid->strides[source], *to = grid->strides[target];                                          \
    for (int64_t piece = begin; piece < end; piece++) {                                                                \
      int64_t first_column = piece % job->chunks * chunk, strip = piece / job->chunks;                                 \
      int64_t first_row = strip % job->strips * tile;                                                                  \
      int64_t position = (strip / job->strips * grid->shape[rows] + first_row) * grid->shape[columns];                 \
      vitro_cursor cursor = vitro_cursor_at(grid, position);                                                           \
      int64_t height = vitro_smaller(tile, grid->shape[rows] - first_row);                                             \
      int64_t last_column = vitro_smaller(first_column + chunk, grid->shape[columns]);                                 \
      for (int64_t column = first_column; column < last_column; column += tile) {                                      \
        copy_tile_##T((const T *)job->from + cursor.offsets[source] + column * from[columns], from[rows],              \
                      from[columns], (T *)job->to + cursor.offsets[target] + column * to[columns], to[rows],           \
                      to[columns], height, vitro_smaller(tile, last_column - column));                                 \
      }                                                                                                                \
    }                                                                                                                  \
  }

COPY(uint8_t)
COPY(uint16_t)
COPY(uint32_t)
COPY(uint64_t)

static void copy_rows(const void *context, int64_t begin, int64_t end) {
  const copy_job *job = context;
  switch (job->element_size) {
  case 1: copy_rows_uint8_t(job, begin, end); break;
  case 2: copy_rows_uint16_t(job, begin, end); break;
  case 4: copy_rows_uint32_t(job, begin, end); break;
  default: copy_rows_uint64_t(job, begin, end); break;
  }
}

static void copy_pieces(void *context, int64_t index) {
  const copy_job *job = context;
  int64_t begin = index * job->pieces_a_task, end = vitro_smaller(begin + job->pieces_a_task, job->pieces);
  switch (job->element_size) {
  case 1: copy_pieces_uint8_t(job, begin, end); break;
  case 2: copy_pieces_uint16_t(job, begin, end); break;
  case 4: copy_pieces_uint32_t(job, begin, end); break;
  default: copy_pieces_uint64_t(job, begin, end); break;
  }
}

static void copy_between(int64_t element_size, const void *from, void *to, vitro_grid grid) {
  if (grid.count == 0) return;
  sort_by_target(&grid);
  vitro_grid_collapse(&grid);
  copy_job job = {.element_size = element_size, .from = from, .to = to};
  int32_t crossing = crossing_axis(&grid);
  if (crossing < 0) {
    job.grid = grid;
    vitro_parallel_ranges(grid.count, copy_rows, &job);
    return;
  }
  swap_axes(&grid, crossing, grid.rank - 2);
  int64_t rows = grid.shape[grid.rank - 2], columns = grid.shape[grid.rank - 1];
  job.grid = grid;
  job.strips = (rows + tile - 1) / tile;
  job.chunks = (columns + chunk - 1) / chunk;
  job.pieces = grid.count / (rows * columns) * job.strips * job.chunks;
  int64_t piece_elements = vitro_smaller(rows, tile) * vitro_smaller(columns, chunk);
  job.pieces_a_task = piece_elements >= vitro_grain ? 1 : vitro_grain / piece_elements;
  vitro_parallel((job.pieces + job.pieces_a_task - 1) / job.pieces_a_task, copy_pieces, &job);
}

static vitro_grid grid_with_contiguous(int32_t contiguous, int32_t rank, const int64_t *shape, const int64_t *strides) {
  int64_t dense[vitro_max_rank], stride = 1;
  for (int32_t axis = rank - 1; axis >= 0; axis--) {
    dense[axis] = stride;
    stride *= shape[axis];
  }
  const int64_t *both[2];
  both[contiguous] = dense;
  both[1 - contiguous] = strides;
  return vitro_grid_make(rank, shape, 2, both);
}

void vitro_copy_strided(int64_t element_size, const void *from, void *out, int32_t rank, const int64_t *shape,
                        const int64_t *strides) {
  copy_between(element_size, from, out, grid_with_contiguous(target, rank, shape, strides));
}

void vitro_scatter_strided(int64_t element_size, const void *from, void *out, int32_t rank, const int64_t *shape,
                           const int64_t *strides) {
  copy_between(element_size, from, out, grid_with_contiguous(source, rank, shape, strides));
}
