#include "include/vitro_elementwise.h"
#include "include/vitro_random.h"
#include "kernels.h"
#include "normal_quantile.h"
#include "random_numbers.h"

// The normal conditioned on [low, high]. With α and β the bounds in deviations from the mean, the probability below a
// number is Φ(α) + u·(Φ(β) − Φ(α)) and the one above it 1 − that; the smaller of the two, which has all its digits,
// goes into the quantile. An interval above the mean is drawn mirrored, where the lower tail has the digits.

typedef struct truncation {
  double below;          // Φ(α)
  double above;          // 1 − Φ(β)
  double mass;           // what lies between
  double alpha, beta;
  double mean, deviation; // the deviation is negative when mirrored
  double low, high;
} truncation;

/// Below this Φ loses digits to underflow, and the tail is taken as φ(t)/|t|, right to 1/t² of its own width.
static const double deepest = -37.0;

static double distribution(double t) { return t < 0 ? normal_tail_f64(-t) : 1 - normal_tail_f64(t); }

static truncation make_truncation(double mean, double deviation, double low, double high) {
  truncation t = {.mean = mean, .deviation = deviation, .low = low, .high = high};
  t.alpha = (low - mean) / deviation;
  t.beta = (high - mean) / deviation;
  if (t.alpha > 0) {
    double alpha = t.alpha;
    t.alpha = -t.beta;
    t.beta = -alpha;
    t.deviation = -deviation;
  }
  t.below = distribution(t.alpha);
  t.above = t.beta > 0 ? normal_tail_f64(t.beta) : 1 - distribution(t.beta);
  t.mass = t.beta > 0 ? (1 - t.below) - t.above : distribution(t.beta) - t.below;
  return t;
}

VITRO_INLINE double central_draw(const truncation *t, double u) {
  double below = t->below + u * t->mass;
  double above = t->above + (1.0 - u) * t->mass;
  bool lower = below < above;
  double tail = lower ? below : above;
  double magnitude = 0.5 - tail;
  double z = normal_quantile_f64(lower ? -magnitude : magnitude, tail);
  return t->mean + t->deviation * z;
}

/// The inverse of the tail exp(−t²/2) on [α, β], β < `deepest`.
static double deep_draw(const truncation *t, double u) {
  double width = 0.5 * (t->beta - t->alpha) * (t->beta + t->alpha); // (β² − α²)/2 < 0
  double z = -sqrt(t->beta * t->beta - 2 * log1p((1 - u) * expm1(width)));
  return t->mean + t->deviation * z;
}

VITRO_INLINE double clamp(const truncation *t, double x) {
  x = x < t->low ? t->low : x;
  return x > t->high ? t->high : x;
}

VITRO_CLONES static void truncated_f32(const random_job *job, const void *entries, int64_t position, int64_t count) {
  const uint32_t *input = entries;
  const truncation t = *(const truncation *)job->x;
  float *out = (float *)job->out + position;
  if (t.beta < deepest) {
    for (int64_t i = 0; i < count; i++) out[i] = (float)clamp(&t, deep_draw(&t, ((double)input[i] + 0.5) * 0x1p-32));
    return;
  }
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    double u = ((double)input[i] + 0.5) * 0x1p-32;
    out[i] = (float)clamp(&t, central_draw(&t, u));
  }
}
RANDOM_RANGE(truncated_f32, 4)

VITRO_CLONES static void truncated_f64(const random_job *job, const void *entries, int64_t position, int64_t count) {
  const uint64_t *input = entries;
  const truncation t = *(const truncation *)job->x;
  double *out = (double *)job->out + position;
  if (t.beta < deepest) {
    for (int64_t i = 0; i < count; i++) {
      double u = ((double)(int64_t)(input[i] >> 12) + 0.5) * 0x1p-52;
      out[i] = clamp(&t, deep_draw(&t, u));
    }
    return;
  }
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    double u = ((double)(int64_t)(input[i] >> 12) + 0.5) * 0x1p-52;
    out[i] = clamp(&t, central_draw(&t, u));
  }
}
RANDOM_RANGE(truncated_f64, 2)

static double clamp_between(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

void vitro_random_truncated_normal(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double mean,
                                   double deviation, double low, double high, void *out, int64_t count) {
  bool single = type == vitro_float32;
  if (!(deviation > 0)) {
    double only = clamp_between(mean, low, high);
    float narrow = (float)only;
    vitro_fill(single ? 4 : 8, single ? (const void *)&narrow : &only, out, count);
    return;
  }
  truncation t = make_truncation(mean, deviation, low, high);
  random_job job = {.seed = seed, .stream = stream, .first = first, .type = type, .out = out, .x = &t};
  vitro_parallel_ranges(count, single ? truncated_f32_range : truncated_f64_range, &job);
}
