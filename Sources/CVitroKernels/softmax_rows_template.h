// Rows of softmax, included once a type where `lane_count` is known. Sums run in lanes of double that end in a fixed tree.

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
