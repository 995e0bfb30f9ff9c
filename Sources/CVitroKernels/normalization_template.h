// Included by normalization.c after softmax_template.h, once a type.

/// Σ (x − mean)².
REDUCE_INLINE double NAME(squared_deviations)(const REAL *x, double mean, int64_t length) {
  double lanes[lane_count] = {0};
  int64_t i = 0;
  for (; i + lane_count <= length; i += lane_count) {
#pragma clang loop unroll(disable) vectorize(enable)
    for (int j = 0; j < lane_count; j++) lanes[j] += ((double)x[i + j] - mean) * ((double)x[i + j] - mean);
  }
  for (int j = 0; i + j < length; j++) lanes[j] += ((double)x[i + j] - mean) * ((double)x[i + j] - mean);
  return NAME(sum_lanes)(lanes);
}

VITRO_CLONES static void NAME(normalize_rows)(void *context, int64_t first, int64_t end) {
  const row_work *work = context;
  int64_t length = work->length;
  for (int64_t row = first; row < end; row++) {
    const REAL *x = (const REAL *)work->x + row * length;
    REAL *out = (REAL *)work->out + row * length;
    double mean = work->centered ? NAME(row_sum)(x, 0, length) / (double)length : 0;
    double variance = NAME(squared_deviations)(x, mean, length) / (double)length;
    double scale = 1 / sqrt(variance + work->epsilon);
    ((REAL *)work->mean)[row] = (REAL)mean;
    ((REAL *)work->scale)[row] = (REAL)scale;
    // In double: the mean may be large beside the deviations from it.
    for (int64_t i = 0; i < length; i++) out[i] = (REAL)(((double)x[i] - mean) * scale);
  }
}

VITRO_CLONES static void NAME(normalize_rows_gradient)(void *context, int64_t first, int64_t end) {
  const row_work *work = context;
  int64_t length = work->length;
  for (int64_t row = first; row < end; row++) {
    const REAL *y = (const REAL *)work->y + row * length, *gy = (const REAL *)work->gy + row * length;
    REAL *gx = (REAL *)work->out + row * length;
    REAL scale = ((const REAL *)work->scale_in)[row];
    REAL mean = work->centered ? (REAL)(NAME(row_sum)(gy, 0, length) / (double)length) : 0;
    REAL product = (REAL)(NAME(row_sum)(gy, y, length) / (double)length);
    for (int64_t i = 0; i < length; i++) gx[i] = scale * (gy[i] - mean - y[i] * product);
  }
}

// The items of the two loops over channels are pairs of (outer, channel), or whole rows of channels when inner = 1.

VITRO_CLONES static void NAME(normalize_channels)(void *context, int64_t first, int64_t end) {
  const channel_work *work = context;
  int64_t channels = work->channels, inner = work->inner;
  const REAL *means = work->mean, *scales = work->scale;
  for (int64_t item = first; item < end; item++) {
    if (inner == 1) {
      const REAL *x = (const REAL *)work->x + item * channels;
      REAL *out = (REAL *)work->out + item * channels;
      for (int64_t c = 0; c < channels; c++) out[c] = (x[c] - means[c]) * scales[c];
    } else {
      const REAL *x = (const REAL *)work->x + item * inner;
      REAL *out = (REAL *)work->out + item * inner;
      REAL mean = means[item % channels], scale = scales[item % channels];
      for (int64_t i = 0; i < inner; i++) out[i] = (x[i] - mean) * scale;
    }
  }
}

VITRO_CLONES static void NAME(normalize_channels_gradient)(void *context, int64_t first, int64_t end) {
  const channel_work *work = context;
  int64_t inner = work->inner;
  const REAL *scales = (const REAL *)work->scale + work->first_channel;
  for (int64_t item = first; item < end; item++) {
    int64_t outer = inner == 1 ? item : item / work->count, channel = inner == 1 ? 0 : item % work->count;
    int64_t at = (outer * work->channels + work->first_channel + channel) * inner;
    const REAL *y = (const REAL *)work->y + at, *gy = (const REAL *)work->gy + at;
    REAL *gx = (REAL *)work->out + at;
    if (inner == 1) {
      for (int64_t c = 0; c < work->count; c++)
        gx[c] = scales[c] * (gy[c] - (REAL)work->mean_gradient[c] - y[c] * (REAL)work->mean_product[c]);
    } else {
      REAL scale = scales[channel];
      REAL mean = (REAL)work->mean_gradient[channel], product = (REAL)work->mean_product[channel];
      for (int64_t i = 0; i < inner; i++) gx[i] = scale * (gy[i] - mean - y[i] * product);
    }
  }
}
