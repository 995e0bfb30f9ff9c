#include "fitting.h"

#include <math.h>

int64_t vitro_padded_features(int64_t features) {
  // An odd number of cache lines: columns of consecutive rows then fall into different sets of the cache.
  int64_t lines = (features + 1 + 15) / 16;
  return (lines | 1) * 16;
}

int64_t vitro_padded_rows(int64_t rows) { return (rows + 7) / 8 * 8; }

typedef struct moments_job {
  vitro_dtype type;
  const void *x;
  int64_t features;
  const double *weights;
  row_slices slices;
  double *partials; // [slices, 2, features]: sums of deviations from the first row, and of their squares.
} moments_job;

#define VITRO_SUM_DEVIATIONS(real)                                                                                     \
  VITRO_CLONES static void sum_deviations_##real(const moments_job *job, int64_t start, int64_t end,          \
                                                         double *restrict sum, double *restrict square) {             \
    int64_t features = job->features;                                                                                 \
    const real *origin = job->x;                                                                                      \
    for (int64_t row = start; row < end; row++) {                                                                     \
      const real *values = origin + row * features;                                                                   \
      double weight = job->weights ? job->weights[row] : 1;                                                           \
      for (int64_t j = 0; j < features; j++) {                                                                        \
        double deviation = (double)values[j] - (double)origin[j];                                                     \
        double weighted = weight * deviation;                                                                         \
        sum[j] += weighted;                                                                                           \
        square[j] += weighted * deviation;                                                                            \
      }                                                                                                               \
    }                                                                                                                 \
  }
VITRO_SUM_DEVIATIONS(float)
VITRO_SUM_DEVIATIONS(double)
#undef VITRO_SUM_DEVIATIONS

static void sum_slice(void *context, int64_t index) {
  const moments_job *job = context;
  double *sum = job->partials + index * 2 * job->features;
  int64_t start = index * job->slices.step, end = slice_end(job->slices, index);
  memset(sum, 0, (size_t)(2 * job->features) * sizeof(double));
  if (job->type == vitro_float64) {
    sum_deviations_double(job, start, end, sum, sum + job->features);
  } else {
    sum_deviations_float(job, start, end, sum, sum + job->features);
  }
}

double vitro_column_moments(vitro_dtype type, const void *x, int64_t rows, int64_t features, const double *weights,
                            double *mean, double *variance) {
  double total = weights ? 0 : (double)rows;
  if (weights) {
    for (int64_t row = 0; row < rows; row++) total += weights[row];
  }
  row_slices slices = slices_of(rows);
  int64_t bytes = slices.count * 2 * features * (int64_t)sizeof(double);
  double *partials = vitro_allocate(bytes);
  if (!partials) return NAN;
  moments_job job = {type, x, features, weights, slices, partials};
  vitro_parallel(slices.count, sum_slice, &job);
  for (int64_t j = 0; j < features; j++) {
    double sum = 0, square = 0;
    for (int64_t slice = 0; slice < slices.count; slice++) {
      sum += partials[slice * 2 * features + j];
      square += partials[(slice * 2 + 1) * features + j];
    }
    double origin = type == vitro_float64 ? ((const double *)x)[j] : (double)((const float *)x)[j];
    double deviation = sum / total;
    mean[j] = origin + deviation;
    variance[j] = fmax(0, square / total - deviation * deviation);
  }
  vitro_release(partials, bytes);
  return total;
}

typedef struct standardize_job {
  vitro_dtype from, to;
  const void *x;
  int64_t features, leading;
  const double *mean, *factor;
  void *out;
  row_slices slices;
} standardize_job;

#define VITRO_STANDARDIZE(source, target)                                                                              \
  VITRO_CLONES static void standardize_##source##_##target(const standardize_job *job, int64_t row) {         \
    int64_t features = job->features;                                                                                 \
    const source *restrict values = (const source *)job->x + row * features;                                          \
    target *restrict out = (target *)job->out + row * job->leading;                                                   \
    const double *restrict mean = job->mean, *restrict factor = job->factor;                                          \
    for (int64_t j = 0; j < features; j++) out[j] = (target)(((double)values[j] - mean[j]) * factor[j]);              \
    out[features] = 1;                                                                                                \
    for (int64_t j = features + 1; j < job->leading; j++) out[j] = 0;                                                 \
  }
VITRO_STANDARDIZE(float, float)
VITRO_STANDARDIZE(float, double)
VITRO_STANDARDIZE(double, float)
VITRO_STANDARDIZE(double, double)
#undef VITRO_STANDARDIZE

static void standardize_slice(void *context, int64_t index) {
  const standardize_job *job = context;
  bool wide_source = job->from == vitro_float64, wide = job->to == vitro_float64;
  int64_t end = slice_end(job->slices, index);
  for (int64_t row = index * job->slices.step; row < end; row++) {
    if (wide_source) {
      if (wide) standardize_double_double(job, row); else standardize_double_float(job, row);
    } else {
      if (wide) standardize_float_double(job, row); else standardize_float_float(job, row);
    }
  }
}

void vitro_standardize(vitro_dtype from, vitro_dtype to, const void *x, int64_t rows, int64_t features,
                       const double *mean, const double *factor, void *out) {
  int64_t leading = vitro_padded_features(features);
  standardize_job job = {from, to, x, features, leading, mean, factor, out, slices_of(rows)};
  vitro_parallel(job.slices.count, standardize_slice, &job);
  int64_t row_bytes = leading * fitting_element_size(to);
  memset((char *)out + rows * row_bytes, 0, (size_t)((vitro_padded_rows(rows) - rows) * row_bytes));
}
