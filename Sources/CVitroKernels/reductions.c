#include "include/vitro_reductions.h"

#include "reduce_engine.h"

// MARK: - Stores

static void store_float32(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  (void)context;
  for (int64_t j = 0; j < count; j++) ((float *)out)[first + j] = (float)results[j].real;
}

static void store_float64(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  (void)context;
  for (int64_t j = 0; j < count; j++) ((double *)out)[first + j] = results[j].real;
}

static void store_int32(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  (void)context;
  for (int64_t j = 0; j < count; j++) ((int32_t *)out)[first + j] = (int32_t)results[j].integer;
}

static void store_int64(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  (void)context;
  for (int64_t j = 0; j < count; j++) ((int64_t *)out)[first + j] = results[j].integer;
}

static reduce_store store_of(vitro_dtype type) {
  switch (type) {
  case vitro_float32: return store_float32;
  case vitro_float64: return store_float64;
  case vitro_int32: return store_int32;
  default: return store_int64;
  }
}

// MARK: - Sums and extremes

void vitro_reduce(vitro_reduction op, vitro_dtype type, const void *x, void *out, int64_t outer, int64_t length,
                  int64_t inner) {
  const reduce_kernel *kernel = reduce_kernel_of(op, type);
  if (!kernel) return;
  reduce_axis(kernel, type, (reduce_operands){.x = x}, (reduce_target){store_of(type), out, 0}, outer, length, inner);
}

void vitro_reduce_product_of_pairs(vitro_dtype type, const void *x, const void *y, void *out, int64_t outer,
                                   int64_t length, int64_t inner) {
  reduce_axis(reduce_kernel_of_products(type), type, (reduce_operands){.x = x, .y = y},
              (reduce_target){store_of(type), out, 0}, outer, length, inner);
}

double vitro_dot(vitro_dtype type, const void *x, const void *y, int64_t count) {
  double result = 0;
  reduce_axis(reduce_kernel_of_products(type), type, (reduce_operands){.x = x, .y = y},
              (reduce_target){store_float64, &result, 0}, 1, count, 1);
  return result;
}

// MARK: - Moments

/// What the stores of the two passes need: how many elements a result has, and the second output.
typedef struct moments {
  vitro_dtype type;
  double count, divisor;
  void *variance;
} moments;

/// Keeps the mean to twice the precision of its type, its rest in the place of the variance, so that float32 deviations
/// are taken from the exact mean and no scratch memory is needed.
static void store_mean(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  const moments *all = context;
  for (int64_t j = 0; j < count; j++) {
    double mean = results[j].real / all->count;
    if (all->type == vitro_float32) {
      float high = (float)mean;
      ((float *)out)[first + j] = high;
      ((float *)all->variance)[first + j] = (float)(mean - (double)high);
    } else {
      ((double *)out)[first + j] = mean;
      ((double *)all->variance)[first + j] = 0;
    }
  }
}

static void store_variance(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  const moments *all = context;
  for (int64_t j = 0; j < count; j++) {
    double variance = results[j].real / all->divisor;
    if (all->type == vitro_float32) ((float *)out)[first + j] = (float)variance;
    else ((double *)out)[first + j] = variance;
  }
}

void vitro_moments(vitro_dtype type, const void *x, void *mean, void *variance, int64_t outer, int64_t length,
                   int64_t inner, double correction) {
  double divisor = (double)length - correction;
  moments all = {type, (double)length, divisor > 0 ? divisor : 0, variance};
  reduce_axis(reduce_kernel_of(vitro_sum, type), type, (reduce_operands){.x = x},
              (reduce_target){store_mean, mean, &all}, outer, length, inner);
  reduce_axis(reduce_kernel_of_deviations(type), type, (reduce_operands){x, 0, mean, variance},
              (reduce_target){store_variance, variance, &all}, outer, length, inner);
}

void vitro_channel_moments(vitro_dtype type, const void *x, void *mean, void *variance, int64_t outer, int64_t channels,
                           int64_t inner) {
  double count = (double)outer * (double)inner;
  moments all = {type, count, count, variance};
  reduce_channels(reduce_kernel_of(vitro_sum, type), type, (reduce_operands){.x = x},
                  (reduce_target){store_mean, mean, &all}, outer, channels, inner, 0, channels);
  reduce_channels(reduce_kernel_of_deviations(type), type, (reduce_operands){x, 0, mean, variance},
                  (reduce_target){store_variance, variance, &all}, outer, channels, inner, 0, channels);
}
