// Included by normalization.c, once a type. Sums run in 32 lanes of double that end in a fixed tree.

/// The largest element; NaN if any is NaN, −∞ when there is none.
REDUCE_INLINE REAL NAME(row_maximum)(const REAL *x, int64_t length) {
  REAL lanes[lane_count];
  for (int j = 0; j < lane_count; j++) lanes[j] = -(REAL)INFINITY;
  int64_t i = 0;
  for (; i + lane_count <= length; i += lane_count) {
#pragma clang loop unroll(disable) vectorize(enable)
    for (int j = 0; j < lane_count; j++) lanes[j] = LARGER(lanes[j], x[i + j]);
  }
  for (int j = 0; i + j < length; j++) lanes[j] = LARGER(lanes[j], x[i + j]);
  for (int half = lane_count / 2; half > 0; half /= 2)
    for (int j = 0; j < half; j++) lanes[j] = LARGER(lanes[j], lanes[j + half]);
  return lanes[0];
}

REDUCE_INLINE double NAME(sum_lanes)(double *lanes) {
  for (int half = lane_count / 2; half > 0; half /= 2)
    for (int j = 0; j < half; j++) lanes[j] += lanes[j + half];
  return lanes[0];
}

/// Σ exp(x − shift), with the exponentials kept in `out` unless it is NULL.
REDUCE_INLINE double NAME(exponentials)(const REAL *x, REAL *out, REAL shift, int64_t length) {
  double lanes[lane_count] = {0};
  for (int64_t i = 0; i < length; i += lane_count) {
    REAL powers[lane_count];
    if (i + lane_count <= length) {
      for (int j = 0; j < lane_count; j++) powers[j] = MATH(exp)(x[i + j] - shift);
      if (out) memcpy(out + i, powers, sizeof powers);
#pragma clang loop unroll(disable) vectorize(enable)
      for (int j = 0; j < lane_count; j++) lanes[j] += (double)powers[j];
    } else {
      int64_t rest = length - i;
      REAL padded[lane_count] = {0};
      memcpy(padded, x + i, (size_t)rest * sizeof(REAL));
      for (int j = 0; j < lane_count; j++) powers[j] = MATH(exp)(padded[j] - shift);
      if (out) memcpy(out + i, powers, (size_t)rest * sizeof(REAL));
      for (int64_t j = 0; j < rest; j++) lanes[j] += (double)powers[j];
    }
  }
  return NAME(sum_lanes)(lanes);
}

/// Σ x·y, or Σ x when y is NULL.
REDUCE_INLINE double NAME(row_sum)(const REAL *x, const REAL *y, int64_t length) {
  double lanes[lane_count] = {0};
  int64_t i = 0;
  for (; i + lane_count <= length; i += lane_count) {
#pragma clang loop unroll(disable) vectorize(enable)
    for (int j = 0; j < lane_count; j++) lanes[j] += y ? (double)x[i + j] * (double)y[i + j] : (double)x[i + j];
  }
  for (int j = 0; i + j < length; j++) lanes[j] += y ? (double)x[i + j] * (double)y[i + j] : (double)x[i + j];
  return NAME(sum_lanes)(lanes);
}

/// Softmax of one row, and what its cross entropy needs of it.
REDUCE_INLINE double NAME(softmax_row)(const REAL *x, REAL *out, REAL shift, int64_t length) {
  double sum = NAME(exponentials)(x, out, shift, length);
  REAL factor = (REAL)(1 / sum);
  if (shift == -(REAL)INFINITY)
    for (int64_t i = 0; i < length; i++) out[i] = 0;
  else
    for (int64_t i = 0; i < length; i++) out[i] *= factor;
  return sum;
}

VITRO_CLONES static void NAME(softmax)(void *context, int64_t first, int64_t end) {
  const softmax_work *work = context;
  for (int64_t row = first; row < end; row++) {
    const REAL *x = (const REAL *)work->x + row * work->length;
    REAL *out = (REAL *)work->out + row * work->length;
    NAME(softmax_row)(x, out, NAME(row_maximum)(x, work->length), work->length);
  }
}

VITRO_CLONES static void NAME(softmax_gradient)(void *context, int64_t first, int64_t end) {
  const softmax_work *work = context;
  for (int64_t row = first; row < end; row++) {
    int64_t at = row * work->length;
    const REAL *y = (const REAL *)work->y + at, *gy = (const REAL *)work->gy + at;
    REAL *gx = (REAL *)work->out + at;
    REAL inner = (REAL)NAME(row_sum)(y, gy, work->length);
    for (int64_t i = 0; i < work->length; i++) gx[i] = y[i] * (gy[i] - inner);
  }
}

VITRO_CLONES static void NAME(log_softmax)(void *context, int64_t first, int64_t end) {
  const softmax_work *work = context;
  for (int64_t row = first; row < end; row++) {
    const REAL *x = (const REAL *)work->x + row * work->length;
    REAL *out = (REAL *)work->out + row * work->length;
    REAL shift = NAME(row_maximum)(x, work->length);
    REAL logarithm = (REAL)log(NAME(exponentials)(x, 0, shift, work->length));
    for (int64_t i = 0; i < work->length; i++) out[i] = (x[i] - shift) - logarithm;
  }
}

VITRO_CLONES static void NAME(log_softmax_gradient)(void *context, int64_t first, int64_t end) {
  const softmax_work *work = context;
  for (int64_t row = first; row < end; row++) {
    int64_t at = row * work->length;
    const REAL *y = (const REAL *)work->y + at, *gy = (const REAL *)work->gy + at;
    REAL *gx = (REAL *)work->out + at;
    REAL sum = (REAL)NAME(row_sum)(gy, 0, work->length);
    for (int64_t i = 0; i < work->length; i++) gx[i] = gy[i] - MATH(exp)(y[i]) * sum;
  }
}

VITRO_CLONES static void NAME(log_sum_exp)(void *context, int64_t first, int64_t end) {
  const softmax_work *work = context;
  for (int64_t row = first; row < end; row++) {
    const REAL *x = (const REAL *)work->x + row * work->length;
    REAL shift = NAME(row_maximum)(x, work->length);
    // An infinite largest element is the answer, and nothing could be taken off it.
    bool infinite = shift == (REAL)INFINITY || shift == -(REAL)INFINITY;
    double sum = infinite ? 1 : NAME(exponentials)(x, 0, shift, work->length);
    ((REAL *)work->out)[row] = (REAL)((double)shift + log(sum));
  }
}

VITRO_CLONES static void NAME(cross_entropy)(void *context, int64_t first, int64_t end) {
  const entropy_work *work = context;
  for (int64_t row = first; row < end; row++) {
    const REAL *x = (const REAL *)work->x + row * work->length;
    REAL *out = (REAL *)work->out + row * work->length;
    REAL shift = NAME(row_maximum)(x, work->length);
    double sum = NAME(softmax_row)(x, out, shift, work->length);
    int64_t label = work->labels[row];
    REAL *loss = (REAL *)work->loss + row;
    *loss = label == work->ignored ? 0 : (REAL)(((double)shift - (double)x[label]) + log(sum));
  }
}

VITRO_CLONES static void NAME(cross_entropy_gradient)(void *context, int64_t first, int64_t end) {
  const entropy_work *work = context;
  for (int64_t row = first; row < end; row++) {
    const REAL *p = (const REAL *)work->probabilities_in + row * work->length;
    REAL *gx = (REAL *)work->out + row * work->length;
    int64_t label = work->labels[row];
    REAL g = ((const REAL *)work->g)[row];
    if (label == work->ignored) {
      for (int64_t i = 0; i < work->length; i++) gx[i] = 0;
      continue;
    }
    REAL own = (p[label] - 1) * g;
    for (int64_t i = 0; i < work->length; i++) gx[i] = p[i] * g;
    gx[label] = own;
  }
}
