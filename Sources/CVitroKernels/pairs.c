#include "pairs.h"
#include "grid.h"
#include "include/vitro_elementwise.h"
#include "include/vitro_memory.h"
#include "kernels.h"

// Rows long enough run in place. Otherwise both operands are laid out contiguously: a block at a time, or whole when
// they cross the output's order, as a transposed matrix does, of which a block would touch one element a cache line.

enum { block_elements = 512, shortest_row = 32, smallest_laid_out = 4096 };

typedef struct pair_job {
  vitro_pair_loop loop;
  int64_t element_size, out_size;
  vitro_stream a, b;
  vitro_grid grid;
  void *out;
} pair_job;

static void run_rows(const void *context, int64_t begin, int64_t end) {
  const pair_job *job = context;
  int32_t last = job->grid.rank - 1;
  int64_t length = job->grid.shape[last];
  int64_t step_a = job->grid.strides[0][last], step_b = job->grid.strides[1][last];
  vitro_cursor cursor = vitro_cursor_at(&job->grid, begin);
  while (begin < end) {
    int64_t run = vitro_smaller(length - cursor.index[last], end - begin);
    job->loop(vitro_offset(job->a.data, cursor.offsets[0] * job->element_size), step_a,
              vitro_offset(job->b.data, cursor.offsets[1] * job->element_size), step_b,
              vitro_offset_out(job->out, begin * job->out_size), run);
    begin += run;
    vitro_cursor_next_row(&job->grid, &cursor);
  }
}

static void run_blocks(const void *context, int64_t begin, int64_t end) {
  const pair_job *job = context;
  uint64_t buffer_a[block_elements], buffer_b[block_elements];
  for (; begin < end; begin += block_elements) {
    int64_t count = vitro_smaller(block_elements, end - begin);
    const void *a = vitro_stream_read(&job->a, begin, count, buffer_a);
    const void *b = vitro_stream_read(&job->b, begin, count, buffer_b);
    job->loop(a, 1, b, 1, vitro_offset_out(job->out, begin * job->out_size), count);
  }
}

static bool crosses(const vitro_grid *grid) {
  int64_t step = grid->strides[0][grid->rank - 1];
  if (grid->rank < 2 || grid->count < smallest_laid_out || (step >= -1 && step <= 1)) return false;
  for (int32_t axis = 0; axis < grid->rank - 1; axis++) {
    int64_t stride = grid->strides[0][axis];
    if (stride == 1 || stride == -1) return true;
  }
  return false;
}

/// Copies a crossing operand into contiguous memory and returns that, for the caller to release; NULL if there is no need
/// or no memory.
static void *lay_out(vitro_stream *stream) {
  if (!crosses(&stream->grid)) return NULL;
  void *copy = vitro_allocate(stream->grid.count * stream->element_size);
  if (!copy) return NULL;
  vitro_copy_strided(stream->element_size, stream->data, copy, stream->grid.rank, stream->grid.shape,
                     stream->grid.strides[0]);
  stream->data = copy;
  stream->dense = true;
  return copy;
}

void vitro_run_pairs(vitro_pair_loop loop, int64_t element_size, int64_t out_size, const void *a, const void *b,
                     void *out, int32_t rank, const int64_t *shape, const int64_t *strides_a,
                     const int64_t *strides_b) {
  const int64_t *strides[] = {strides_a, strides_b};
  pair_job job = {
      .loop = loop,
      .element_size = element_size,
      .out_size = out_size,
      .a = vitro_stream_make(a, element_size, rank, shape, strides_a),
      .b = vitro_stream_make(b, element_size, rank, shape, strides_b),
      .grid = vitro_grid_make(rank, shape, 2, strides),
      .out = out,
  };
  int32_t last = job.grid.rank - 1;
  int64_t step_a = job.grid.strides[0][last], step_b = job.grid.strides[1][last];
  bool in_place = (step_a == 0 || step_a == 1) && (step_b == 0 || step_b == 1) &&
                  (job.grid.rank == 1 || job.grid.shape[last] >= shortest_row);
  if (in_place) {
    vitro_parallel_ranges(job.grid.count, run_rows, &job);
    return;
  }
  void *copy_a = lay_out(&job.a), *copy_b = lay_out(&job.b);
  vitro_parallel_ranges(job.grid.count, run_blocks, &job);
  vitro_release(copy_a, job.grid.count * element_size);
  vitro_release(copy_b, job.grid.count * element_size);
}
