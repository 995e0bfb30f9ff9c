#include "include/vitro_random.h"
#include "kernels.h"
#include "normal_quantile.h"
#include "random_numbers.h"

static void words(const random_job *job, const void *entries, int64_t position, int64_t count) {
  memcpy((uint32_t *)job->out + position, entries, (size_t)count * sizeof(uint32_t));
}
RANDOM_RANGE(words, 4)

void vitro_random_words(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *out, int64_t count) {
  random_job job = {.seed = seed, .stream = stream, .first = first, .out = out};
  vitro_parallel_ranges(count, words_range, &job);
}

// Uniform: a = low, b = the span, c = a power of two that keeps the span finite, d = the largest number below high.

VITRO_CLONES static void uniform_f32(const random_job *job, const void *entries, int64_t position, int64_t count) {
  const uint32_t *input = entries;
  float *out = (float *)job->out + position;
  float low = (float)job->a, span = (float)job->b, scale = (float)job->c, top = (float)job->d;
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    float u = (float)(int32_t)(input[i] >> 8) * 0x1p-24f;
    float value = (u * span + low) * scale;
    out[i] = value > top ? top : value;
  }
}
RANDOM_RANGE(uniform_f32, 4)

VITRO_CLONES static void uniform_f64(const random_job *job, const void *entries, int64_t position, int64_t count) {
  const uint64_t *input = entries;
  double *out = (double *)job->out + position;
  double low = job->a, span = job->b, scale = job->c, top = job->d;
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    double u = (double)(int64_t)(input[i] >> 11) * 0x1p-53;
    double value = (u * span + low) * scale;
    out[i] = value > top ? top : value;
  }
}
RANDOM_RANGE(uniform_f64, 2)

void vitro_random_uniform(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double low, double high,
                          void *out, int64_t count) {
  bool single = type == vitro_float32;
  if (single) {
    low = (float)low;
    high = (float)high;
  }
  bool wide = isinf(single ? (float)(high - low) : high - low);
  double top = single ? nextafterf((float)high, -INFINITY) : nextafter(high, -(double)INFINITY);
  random_job job = {.seed = seed, .stream = stream, .first = first, .type = type, .out = out};
  job.c = wide ? 2.0 : 1.0;
  job.a = low / job.c;
  job.b = high / job.c - job.a;
  job.d = low < high ? top : low;
  vitro_parallel_ranges(count, single ? uniform_f32_range : uniform_f64_range, &job);
}

// Normal: a = the mean, b = the deviation.

VITRO_CLONES static void normal_f32(const random_job *job, const void *entries, int64_t position, int64_t count) {
  const uint32_t *input = entries;
  float *out = (float *)job->out + position;
  float mean = (float)job->a, deviation = (float)job->b;
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) out[i] = normal_of_word_f32(input[i]) * deviation + mean;
}
RANDOM_RANGE(normal_f32, 4)

VITRO_CLONES static void normal_f64(const random_job *job, const void *entries, int64_t position, int64_t count) {
  const uint64_t *input = entries;
  double *out = (double *)job->out + position;
  double mean = job->a, deviation = job->b;
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    uint64_t k = input[i] >> 11;
    bool upper = k >> 52;
    uint64_t below = upper ? 0x1fffffffffffffu - k : k;
    double tail = ((double)(int64_t)below + 0.5) * 0x1p-53;
    double centre = 0.5 - tail;
    double z = normal_quantile_f64(upper ? centre : -centre, tail);
    out[i] = z * deviation + mean;
  }
}
RANDOM_RANGE(normal_f64, 2)

void vitro_random_normal(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double mean,
                         double deviation, void *out, int64_t count) {
  random_job job = {.seed = seed, .stream = stream, .first = first, .type = type, .out = out};
  job.a = mean;
  job.b = deviation;
  vitro_parallel_ranges(count, type == vitro_float32 ? normal_f32_range : normal_f64_range, &job);
}
