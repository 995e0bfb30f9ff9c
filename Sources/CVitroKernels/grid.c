#include "grid.h"
#include "kernels.h"

vitro_grid vitro_grid_make(int32_t rank, const int64_t *shape, int32_t operands, const int64_t *const *strides) {
  vitro_grid grid = {.rank = rank, .operands = operands};
  for (int32_t axis = 0; axis < rank; axis++) {
    grid.shape[axis] = shape[axis];
    for (int32_t k = 0; k < operands; k++) grid.strides[k][axis] = strides[k][axis];
  }
  vitro_grid_collapse(&grid);
  return grid;
}

static bool can_merge(const vitro_grid *grid, int32_t left, int32_t right) {
  for (int32_t k = 0; k < grid->operands; k++) {
    if (grid->strides[k][left] != grid->strides[k][right] * grid->shape[right]) return false;
  }
  return true;
}

void vitro_grid_collapse(vitro_grid *grid) {
  int32_t kept = 0;
  grid->count = 1;
  for (int32_t axis = 0; axis < grid->rank; axis++) {
    int64_t length = grid->shape[axis];
    grid->count *= length;
    if (length == 1) continue;
    bool merge = kept > 0 && can_merge(grid, kept - 1, axis);
    int32_t target = merge ? kept - 1 : kept++;
    grid->shape[target] = merge ? grid->shape[target] * length : length;
    for (int32_t k = 0; k < grid->operands; k++) grid->strides[k][target] = grid->strides[k][axis];
  }
  if (kept == 0) {
    kept = 1;
    grid->shape[0] = 1;
    for (int32_t k = 0; k < grid->operands; k++) grid->strides[k][0] = 1;
  }
  grid->rank = kept;
}

vitro_cursor vitro_cursor_at(const vitro_grid *grid, int64_t position) {
  vitro_cursor cursor = {.offsets = {0}};
  for (int32_t axis = grid->rank - 1; axis >= 0; axis--) {
    int64_t index = axis == 0 ? position : position % grid->shape[axis];
    position /= grid->shape[axis];
    cursor.index[axis] = index;
    for (int32_t k = 0; k < grid->operands; k++) cursor.offsets[k] += index * grid->strides[k][axis];
  }
  return cursor;
}

void vitro_cursor_next_row(const vitro_grid *grid, vitro_cursor *cursor) {
  int32_t last = grid->rank - 1;
  for (int32_t k = 0; k < grid->operands; k++) cursor->offsets[k] -= cursor->index[last] * grid->strides[k][last];
  cursor->index[last] = 0;
  for (int32_t axis = last - 1; axis >= 0; axis--) {
    cursor->index[axis] += 1;
    for (int32_t k = 0; k < grid->operands; k++) cursor->offsets[k] += grid->strides[k][axis];
    if (cursor->index[axis] < grid->shape[axis]) return;
    for (int32_t k = 0; k < grid->operands; k++) cursor->offsets[k] -= grid->shape[axis] * grid->strides[k][axis];
    cursor->index[axis] = 0;
  }
}

vitro_stream vitro_stream_make(const void *data, int64_t element_size, int32_t rank, const int64_t *shape,
                               const int64_t *strides) {
  vitro_stream stream = {.data = data, .element_size = element_size};
  stream.grid = vitro_grid_make(rank, shape, 1, &strides);
  stream.dense = stream.grid.rank == 1 && stream.grid.strides[0][0] == 1;
  return stream;
}

#define GATHER(T)                                                                                                      \
  static void gather_##T(const vitro_grid *grid, const T *data, int64_t begin, int64_t count, T *out) {                \
    int32_t last = grid->rank - 1;                                                                                     \
    int64_t length = grid->shape[last], stride = grid->strides[0][last];                                               \
    vitro_cursor cursor = vitro_cursor_at(grid, begin);                                                                \
    for (int64_t done = 0; done < count;) {                                                                            \
      int64_t run = vitro_smaller(length - cursor.index[last], count - done);                                          \
      const T *row = data + cursor.offsets[0];                                                                         \
      if (stride == 1) {                                                                                               \
        for (int64_t i = 0; i < run; i++) out[done + i] = row[i];                                                      \
      } else {                                                                                                         \
        for (int64_t i = 0; i < run; i++) out[done + i] = row[i * stride];                                             \
      }                                                                                                                \
      done += run;                                                                                                     \
      vitro_cursor_next_row(grid, &cursor);                                                                            \
    }                                                                                                                  \
  }

GATHER(uint8_t)
GATHER(uint16_t)
GATHER(uint32_t)
GATHER(uint64_t)

const void *vitro_stream_read(const vitro_stream *stream, int64_t begin, int64_t count, void *buffer) {
  if (stream->dense) return vitro_offset(stream->data, begin * stream->element_size);
  switch (stream->element_size) {
  case 1: gather_uint8_t(&stream->grid, stream->data, begin, count, buffer); break;
  case 2: gather_uint16_t(&stream->grid, stream->data, begin, count, buffer); break;
  case 4: gather_uint32_t(&stream->grid, stream->data, begin, count, buffer); break;
  default: gather_uint64_t(&stream->grid, stream->data, begin, count, buffer); break;
  }
  return buffer;
}
