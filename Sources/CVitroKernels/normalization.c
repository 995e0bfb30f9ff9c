#include "include/vitro_normalization.h"

#include <math.h>

#include "reduce_common.h"
#include "reduce_engine.h"
#include "reduce_math.h"

enum {
  lane_count = 32,
  channel_piece = 256,   // channels whose statistics wait on the stack
  work_of_exponential = 8, // an exponential weighs more than an addition
};

typedef struct softmax_work {
  const void *x, *y, *gy;
  void *out;
  int64_t length;
} softmax_work;

typedef struct entropy_work {
  const void *x, *probabilities_in, *g;
  const int64_t *labels;
  int64_t ignored;
  void *loss, *out;
  int64_t length;
} entropy_work;

typedef struct row_work {
  const void *x, *y, *gy, *scale_in;
  void *out, *mean, *scale;
  int64_t length;
  bool centered;
  double epsilon;
} row_work;

typedef struct channel_work {
  const void *x, *y, *gy, *mean, *scale;
  void *out;
  const double *mean_gradient, *mean_product; // of `count` channels from `first_channel` on
  int64_t channels, inner, first_channel, count;
} channel_work;

#define REDUCE_TEMPLATE "softmax_template.h"
#include "reduce_types.h"
#undef REDUCE_TEMPLATE
#define REDUCE_TEMPLATE "normalization_template.h"
#include "reduce_types.h"

#define CHOOSE(type, body) ((type) == vitro_float32 ? body##_float32 : body##_float64)

// MARK: - Softmax and its relatives

void vitro_softmax(vitro_dtype type, const void *x, void *out, int64_t rows, int64_t length) {
  softmax_work work = {.x = x, .out = out, .length = length};
  reduce_for_ranges(rows, length * work_of_exponential, CHOOSE(type, softmax), &work);
}

void vitro_softmax_gradient(vitro_dtype type, const void *y, const void *gy, void *gx, int64_t rows, int64_t length) {
  softmax_work work = {.y = y, .gy = gy, .out = gx, .length = length};
  reduce_for_ranges(rows, length * 2, CHOOSE(type, softmax_gradient), &work);
}

void vitro_log_softmax(vitro_dtype type, const void *x, void *out, int64_t rows, int64_t length) {
  softmax_work work = {.x = x, .out = out, .length = length};
  reduce_for_ranges(rows, length * work_of_exponential, CHOOSE(type, log_softmax), &work);
}

void vitro_log_softmax_gradient(vitro_dtype type, const void *y, const void *gy, void *gx, int64_t rows,
                                int64_t length) {
  softmax_work work = {.y = y, .gy = gy, .out = gx, .length = length};
  reduce_for_ranges(rows, length * work_of_exponential, CHOOSE(type, log_softmax_gradient), &work);
}

void vitro_log_sum_exp(vitro_dtype type, const void *x, void *out, int64_t rows, int64_t length) {
  softmax_work work = {.x = x, .out = out, .length = length};
  reduce_for_ranges(rows, length * work_of_exponential, CHOOSE(type, log_sum_exp), &work);
}

void vitro_cross_entropy(vitro_dtype type, const void *x, const int64_t *labels, int64_t ignored, void *loss,
                         void *probabilities, int64_t rows, int64_t length) {
  entropy_work work = {.x = x, .labels = labels, .ignored = ignored, .loss = loss, .out = probabilities,
                       .length = length};
  reduce_for_ranges(rows, length * work_of_exponential, CHOOSE(type, cross_entropy), &work);
}

void vitro_cross_entropy_gradient(vitro_dtype type, const void *probabilities, const int64_t *labels, int64_t ignored,
                                  const void *g, void *gx, int64_t rows, int64_t length) {
  entropy_work work = {.probabilities_in = probabilities, .labels = labels, .ignored = ignored, .g = g, .out = gx,
                       .length = length};
  reduce_for_ranges(rows, length, CHOOSE(type, cross_entropy_gradient), &work);
}

// MARK: - Rows

void vitro_normalize_rows(vitro_dtype type, bool centered, double epsilon, const void *x, void *out, void *mean,
                          void *scale, int64_t rows, int64_t length) {
  row_work work = {.x = x, .out = out, .mean = mean, .scale = scale, .length = length, .centered = centered,
                   .epsilon = epsilon};
  reduce_for_ranges(rows, length * 3, CHOOSE(type, normalize_rows), &work);
}

void vitro_normalize_rows_gradient(vitro_dtype type, bool centered, const void *y, const void *scale, const void *gy,
                                   void *gx, int64_t rows, int64_t length) {
  row_work work = {.y = y, .scale_in = scale, .gy = gy, .out = gx, .length = length, .centered = centered};
  reduce_for_ranges(rows, length * 3, CHOOSE(type, normalize_rows_gradient), &work);
}

// MARK: - Channels

void vitro_normalize_channels(vitro_dtype type, const void *x, const void *mean, const void *scale, void *out,
                              int64_t outer, int64_t channels, int64_t inner) {
  channel_work work = {.x = x, .mean = mean, .scale = scale, .out = out, .channels = channels, .inner = inner};
  bool whole_rows = inner == 1;
  reduce_for_ranges(whole_rows ? outer : outer * channels, whole_rows ? channels : inner,
                    CHOOSE(type, normalize_channels), &work);
}

typedef struct mean_divisor {
  double count;
} mean_divisor;

static void store_mean(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  const mean_divisor *divisor = context;
  for (int64_t j = 0; j < count; j++) ((double *)out)[first + j] = results[j].real / divisor->count;
}

void vitro_normalize_channels_gradient(vitro_dtype type, const void *y, const void *scale, const void *gy, void *gx,
                                       int64_t outer, int64_t channels, int64_t inner) {
  mean_divisor divisor = {(double)outer * (double)inner};
  for (int64_t first = 0; first < channels; first += channel_piece) {
    double mean_gradient[channel_piece], mean_product[channel_piece];
    int64_t count = reduce_smaller(channels - first, channel_piece);
    reduce_channels(reduce_kernel_of(vitro_sum, type), type, (reduce_operands){.x = gy},
                    (reduce_target){store_mean, mean_gradient, &divisor}, outer, channels, inner, first, count);
    reduce_channels(reduce_kernel_of_products(type), type, (reduce_operands){.x = gy, .y = y},
                    (reduce_target){store_mean, mean_product, &divisor}, outer, channels, inner, first, count);
    channel_work work = {.y = y, .gy = gy, .scale = scale, .out = gx, .mean_gradient = mean_gradient,
                         .mean_product = mean_product, .channels = channels, .inner = inner,
                         .first_channel = first, .count = count};
    bool whole_rows = inner == 1;
    reduce_for_ranges(whole_rows ? outer : outer * count, whole_rows ? count : inner,
                      CHOOSE(type, normalize_channels_gradient), &work);
  }
}
