// Template over REAL: what a block loses, and the slopes of the loss at the outputs.

VITRO_INLINE LANES F(lane_sign)(LANES x) { return x > 0 ? (LANES){} + 1 : x < 0 ? (LANES){} - 1 : x; }

VITRO_INLINE LANES F(lane_squared_error)(const LANES *out, const LANES *target, LANES *slopes, REAL scale,
                                         int64_t count) {
  LANES loss = {};
  for (int64_t i = 0; i < count; i++) {
    LANES error = out[i] - target[i];
    loss += error * error;
    slopes[i] = 2 * scale * error;
  }
  return loss;
}

VITRO_INLINE LANES F(lane_absolute_error)(const LANES *out, const LANES *target, LANES *slopes, REAL scale,
                                          int64_t count) {
  LANES loss = {};
  for (int64_t i = 0; i < count; i++) {
    LANES error = out[i] - target[i], sign = F(lane_sign)(error);
    loss += sign * error;
    slopes[i] = scale * sign;
  }
  return loss;
}

VITRO_INLINE LANES F(lane_huber)(const LANES *out, const LANES *target, LANES *slopes, REAL scale, REAL delta,
                                 int64_t count) {
  LANES loss = {};
  for (int64_t i = 0; i < count; i++) {
    LANES error = out[i] - target[i], sign = F(lane_sign)(error), distance = sign * error;
    LANES inner = distance > delta ? (LANES){} + delta : distance;
    loss += inner * (distance - (REAL)0.5 * inner);
    slopes[i] = scale * sign * inner;
  }
  return loss;
}

/// log(1 + exp x) − x·t; its slope is sigmoid(x) − t.
VITRO_INLINE LANES F(lane_binary_cross_entropy)(const LANES *out, const LANES *target, LANES *slopes, LANES *temporary,
                                                REAL scale, int64_t count) {
  F(vitro_unary_range)(vitro_softplus, (const REAL *)out, (REAL *)temporary, count * F(lane_width), 0, 0);
  F(vitro_unary_range)(vitro_sigmoid, (const REAL *)out, (REAL *)slopes, count * F(lane_width), 0, 0);
  LANES loss = {};
  for (int64_t i = 0; i < count; i++) {
    loss += temporary[i] - out[i] * target[i];
    slopes[i] = scale * (slopes[i] - target[i]);
  }
  return loss;
}

/// −log softmax(x)[label], of which a part may be the mean over all classes instead.
VITRO_INLINE LANES F(lane_cross_entropy)(const LANES *out, const LANES *label, LANES *slopes, LANES *temporary,
                                         REAL scale, REAL smoothing, int64_t classes, int64_t n) {
  LANES *largest = temporary, *logarithms = temporary + n;
  for (int64_t e = 0; e < n; e++) {
    largest[e] = out[e];
    for (int64_t k = 1; k < classes; k++) {
      LANES x = out[k * n + e];
      largest[e] = largest[e] >= x ? largest[e] : x;
    }
    for (int64_t k = 0; k < classes; k++) slopes[k * n + e] = out[k * n + e] - largest[e];
  }
  F(vitro_unary_range)(vitro_exp, (const REAL *)slopes, (REAL *)slopes, classes * n * F(lane_width), 0, 0);
  for (int64_t e = 0; e < n; e++) {
    LANES sum = {};
    for (int64_t k = 0; k < classes; k++) sum += slopes[k * n + e];
    logarithms[e] = sum;
    for (int64_t k = 0; k < classes; k++) slopes[k * n + e] /= sum;
  }
  F(vitro_unary_range)(vitro_log, (const REAL *)logarithms, (REAL *)logarithms, n * F(lane_width), 0, 0);
  LANES loss = {};
  REAL spread = smoothing / (REAL)classes;
  for (int64_t e = 0; e < n; e++) {
    LANES expected = {};
    for (int64_t k = 0; k < classes; k++) {
      LANES weight = label[e] == (REAL)k ? (LANES){} + (1 - smoothing + spread) : (LANES){} + spread;
      expected += weight * (out[k * n + e] - largest[e]);
      slopes[k * n + e] = scale * (slopes[k * n + e] - weight);
    }
    loss += logarithms[e] - expected;
  }
  return loss;
}

/// Puts the slopes of the mean loss of a batch into `slopes` and returns the sum of a block's losses.
VITRO_INLINE LANES F(lane_judge)(const vitro_lane_network *network, int64_t batch, const LANES *out,
                                 const LANES *target, LANES *slopes, LANES *temporary, int64_t n) {
  int64_t rows = network->output.count, count = rows * n;
  REAL parameter = (REAL)network->loss_parameter;
  REAL scale = (REAL)(1 / ((double)batch * (double)(network->loss == vitro_lane_cross_entropy ? 1 : rows)));
  switch (network->loss) {
  case vitro_lane_squared_error: return F(lane_squared_error)(out, target, slopes, scale, count);
  case vitro_lane_absolute_error: return F(lane_absolute_error)(out, target, slopes, scale, count);
  case vitro_lane_huber: return F(lane_huber)(out, target, slopes, scale, parameter, count);
  case vitro_lane_binary_cross_entropy:
    return F(lane_binary_cross_entropy)(out, target, slopes, temporary, scale, count);
  case vitro_lane_cross_entropy:
    return F(lane_cross_entropy)(out, target, slopes, temporary, scale, parameter, rows, n);
  }
  return (LANES){};
}
