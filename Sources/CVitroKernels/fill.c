#include "include/vitro_elementwise.h"
#include "kernels.h"

#include <stdatomic.h>

// The plain loops over contiguous memory: fill, accumulate, count.

typedef struct fill_job {
  int64_t element_size;
  uint64_t value;
  void *out;
} fill_job;

#define FILL(T)                                                                                                        \
  VITRO_CLONES static void fill_##T(T value, T *out, int64_t count) {                                                  \
    for (int64_t i = 0; i < count; i++) out[i] = value;                                                                \
  }

FILL(uint8_t)
FILL(uint16_t)
FILL(uint32_t)
FILL(uint64_t)

static void fill_range(const void *context, int64_t begin, int64_t end) {
  const fill_job *job = context;
  int64_t count = end - begin;
  switch (job->element_size) {
  case 1: fill_uint8_t((uint8_t)job->value, (uint8_t *)job->out + begin, count); break;
  case 2: fill_uint16_t((uint16_t)job->value, (uint16_t *)job->out + begin, count); break;
  case 4: fill_uint32_t((uint32_t)job->value, (uint32_t *)job->out + begin, count); break;
  default: fill_uint64_t(job->value, (uint64_t *)job->out + begin, count); break;
  }
}

void vitro_fill(int64_t element_size, const void *value, void *out, int64_t count) {
  fill_job job = {.element_size = element_size, .out = out};
  memcpy(&job.value, value, (size_t)element_size);
  vitro_parallel_ranges(count, fill_range, &job);
}

typedef struct accumulate_job {
  vitro_dtype type;
  double a;
  const void *x;
  void *out;
} accumulate_job;

#define ACCUMULATE(T)                                                                                                  \
  VITRO_CLONES static void accumulate_##T(T a, const T *x, T *out, int64_t count) {                                    \
    VITRO_VECTOR_LOOP                                                                                                  \
    for (int64_t i = 0; i < count; i++) out[i] = a * x[i] + out[i];                                                    \
  }

ACCUMULATE(float)
ACCUMULATE(double)

static void accumulate_range(const void *context, int64_t begin, int64_t end) {
  const accumulate_job *job = context;
  if (job->type == vitro_float32) {
    accumulate_float((float)job->a, (const float *)job->x + begin, (float *)job->out + begin, end - begin);
  } else {
    accumulate_double(job->a, (const double *)job->x + begin, (double *)job->out + begin, end - begin);
  }
}

void vitro_accumulate(vitro_dtype type, double a, const void *x, void *out, int64_t count) {
  accumulate_job job = {type, a, x, out};
  vitro_parallel_ranges(count, accumulate_range, &job);
}

typedef struct count_job {
  vitro_dtype type;
  const void *x;
  atomic_int_fast64_t *total;
} count_job;

#define COUNT_NONFINITE(T, U, bits, exponent)                                                                          \
  VITRO_CLONES static int64_t count_nonfinite_##T(const T *x, int64_t count) {                                         \
    U found = 0;                                                                                                       \
    for (int64_t i = 0; i < count; i++) found += (bits(x[i]) & exponent) == exponent;                                  \
    return (int64_t)found;                                                                                             \
  }

COUNT_NONFINITE(float, uint32_t, bits_f32, 0x7f800000u)
COUNT_NONFINITE(double, uint64_t, bits_f64, 0x7ff0000000000000u)

static void count_range(const void *context, int64_t begin, int64_t end) {
  const count_job *job = context;
  int64_t found = job->type == vitro_float32 ? count_nonfinite_float((const float *)job->x + begin, end - begin)
                                             : count_nonfinite_double((const double *)job->x + begin, end - begin);
  if (found) atomic_fetch_add_explicit(job->total, found, memory_order_relaxed);
}

int64_t vitro_count_nonfinite(vitro_dtype type, const void *x, int64_t count) {
  atomic_int_fast64_t total = 0;
  count_job job = {type, x, &total};
  vitro_parallel_ranges(count, count_range, &job);
  return atomic_load(&total);
}
