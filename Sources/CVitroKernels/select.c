#include "grid.h"
#include "include/vitro_elementwise.h"
#include "kernels.h"

enum { block_elements = 512 };

typedef struct select_job {
  int64_t element_size;
  vitro_stream condition, a, b;
  void *out;
} select_job;

#define SELECT(T)                                                                                                      \
  VITRO_CLONES static void select_##T(const uint8_t *condition, const T *a, const T *b, T *out, int64_t count) {       \
    VITRO_VECTOR_LOOP                                                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      T x = a[i], y = b[i];                                                                                            \
      out[i] = condition[i] ? x : y;                                                                                   \
    }                                                                                                                  \
  }

SELECT(uint8_t)
SELECT(uint16_t)
SELECT(uint32_t)
SELECT(uint64_t)

static void select_range(const void *context, int64_t begin, int64_t end) {
  const select_job *job = context;
  uint64_t buffer_a[block_elements], buffer_b[block_elements];
  uint8_t buffer_condition[block_elements];
  for (; begin < end; begin += block_elements) {
    int64_t count = vitro_smaller(block_elements, end - begin);
    const uint8_t *condition = vitro_stream_read(&job->condition, begin, count, buffer_condition);
    const void *a = vitro_stream_read(&job->a, begin, count, buffer_a);
    const void *b = vitro_stream_read(&job->b, begin, count, buffer_b);
    void *out = vitro_offset_out(job->out, begin * job->element_size);
    switch (job->element_size) {
    case 1: select_uint8_t(condition, a, b, out, count); break;
    case 2: select_uint16_t(condition, a, b, out, count); break;
    case 4: select_uint32_t(condition, a, b, out, count); break;
    default: select_uint64_t(condition, a, b, out, count); break;
    }
  }
}

void vitro_select(int64_t element_size, const uint8_t *condition, const void *a, const void *b, void *out, int32_t rank,
                  const int64_t *shape, const int64_t *strides_condition, const int64_t *strides_a,
                  const int64_t *strides_b) {
  select_job job = {
      .element_size = element_size,
      .condition = vitro_stream_make(condition, 1, rank, shape, strides_condition),
      .a = vitro_stream_make(a, element_size, rank, shape, strides_a),
      .b = vitro_stream_make(b, element_size, rank, shape, strides_b),
      .out = out,
  };
  vitro_parallel_ranges(job.condition.grid.count, select_range, &job);
}
