#include "include/vitro_random.h"
#include "kernels.h"
#include "random_numbers.h"

#include <math.h>

// Bernoulli: a word below `threshold` = probability·2³² is a 1.

static uint64_t bernoulli_threshold(double probability) {
  if (!(probability > 0)) return 0;
  return probability >= 1 ? (uint64_t)1 << 32 : (uint64_t)rint(probability * 0x1p32);
}

VITRO_CLONES static void bernoulli(const random_job *job, const void *entries, int64_t position, int64_t count) {
  const uint32_t *input = entries;
  uint8_t *out = (uint8_t *)job->out + position;
  uint32_t threshold = (uint32_t)job->threshold;
  bool always = job->threshold >> 32;
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) out[i] = always | (input[i] < threshold);
}
RANDOM_RANGE(bernoulli, 4)

void vitro_random_bernoulli(uint64_t seed, uint64_t stream, uint64_t first, double probability, uint8_t *out,
                            int64_t count) {
  random_job job = {.seed = seed, .stream = stream, .first = first, .out = out};
  job.threshold = bernoulli_threshold(probability);
  vitro_parallel_ranges(count, bernoulli_range, &job);
}

#define DROPOUT(name, T)                                                                                               \
  VITRO_CLONES static void name(const random_job *job, const void *entries, int64_t position, int64_t count) {         \
    const uint32_t *input = entries;                                                                                   \
    const T *x = (const T *)job->x + position;                                                                         \
    T *out = (T *)job->out + position;                                                                                 \
    uint32_t threshold = (uint32_t)job->threshold;                                                                     \
    bool always = job->threshold >> 32;                                                                                \
    T keep = (T)job->a;                                                                                                \
    VITRO_VECTOR_LOOP                                                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      T kept = x[i] / keep;                                                                                            \
      out[i] = (always | (input[i] < threshold)) ? kept : 0;                                                           \
    }                                                                                                                  \
  }                                                                                                                    \
  RANDOM_RANGE(name, 4)

DROPOUT(dropout_f32, float)
DROPOUT(dropout_f64, double)

void vitro_dropout(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double probability, const void *x,
                   void *out, int64_t count) {
  random_job job = {.seed = seed, .stream = stream, .first = first, .type = type, .out = out, .x = x};
  job.a = 1 - probability;
  job.threshold = bernoulli_threshold(1 - probability);
  vitro_parallel_ranges(count, type == vitro_float32 ? dropout_f32_range : dropout_f64_range, &job);
}
