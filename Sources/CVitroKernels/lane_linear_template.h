// Template over REAL: products with a weight matrix of each network, in tiles that stay in registers.

/// out[o] = start[o] + Σ_c weights[o·out_step + c·in_step]·in[c] for a tile of outputs and examples.
VITRO_INLINE void F(lane_combine_tile)(int outs, int examples, LANES *out, const LANES *in, const LANES *weights,
                                       int64_t ins, int64_t out_step, int64_t in_step, const LANES *start, bool adds,
                                       int64_t n) {
  LANES sums[4][4];
  UNROLLED for (int o = 0; o < outs; o++) {
    UNROLLED for (int e = 0; e < examples; e++) sums[o][e] = start ? start[o] : adds ? out[o * n + e] : (LANES){};
  }
  for (int64_t c = 0; c < ins; c++) {
    LANES x[4];
    UNROLLED for (int e = 0; e < examples; e++) x[e] = in[c * n + e];
    UNROLLED for (int o = 0; o < outs; o++) {
      LANES weight = weights[o * out_step + c * in_step];
      UNROLLED for (int e = 0; e < examples; e++) sums[o][e] += weight * x[e];
    }
  }
  UNROLLED for (int o = 0; o < outs; o++) {
    UNROLLED for (int e = 0; e < examples; e++) out[o * n + e] = sums[o][e];
  }
}

VITRO_INLINE void F(lane_combine_rows)(int outs, LANES *out, const LANES *in, const LANES *weights, int64_t ins,
                                       int64_t out_step, int64_t in_step, const LANES *start, bool adds, int64_t n) {
  int64_t e = 0;
  for (; e + 4 <= n; e += 4)
    F(lane_combine_tile)(outs, 4, out + e, in + e, weights, ins, out_step, in_step, start, adds, n);
  for (; e < n; e++) F(lane_combine_tile)(outs, 1, out + e, in + e, weights, ins, out_step, in_step, start, adds, n);
}

/// The same for all outputs and all examples of a block.
VITRO_INLINE void F(lane_combine)(LANES *out, const LANES *in, const LANES *weights, int64_t outs, int64_t ins,
                                  int64_t out_step, int64_t in_step, const LANES *start, bool adds, int64_t n) {
  int64_t o = 0;
#define COMBINE(count)                                                                                                 \
  for (; o + count <= outs; o += count)                                                                                \
    F(lane_combine_rows)(count, out + o * n, in, weights + o * out_step, ins, out_step, in_step,                       \
                         start ? start + o : NULL, adds, n);
  COMBINE(4)
  COMBINE(2)
  COMBINE(1)
#undef COMBINE
}

/// gradients[o·ins + i] += Σ_e slopes[o]·in[i] for a tile of outputs and inputs.
VITRO_INLINE void F(lane_accumulate_tile)(int outs, int count, LANES *gradients, const LANES *slopes, const LANES *in,
                                          int64_t ins, int64_t n) {
  LANES sums[4][4] = {};
  for (int64_t e = 0; e < n; e++) {
    LANES x[4];
    UNROLLED for (int i = 0; i < count; i++) x[i] = in[i * n + e];
    UNROLLED for (int o = 0; o < outs; o++) {
      LANES slope = slopes[o * n + e];
      UNROLLED for (int i = 0; i < count; i++) sums[o][i] += slope * x[i];
    }
  }
  UNROLLED for (int o = 0; o < outs; o++) {
    UNROLLED for (int i = 0; i < count; i++) gradients[o * ins + i] += sums[o][i];
  }
}

VITRO_INLINE void F(lane_accumulate_rows)(int outs, LANES *gradients, const LANES *slopes, const LANES *in, int64_t ins,
                                          int64_t n) {
  int64_t i = 0;
  for (; i + 4 <= ins; i += 4) F(lane_accumulate_tile)(outs, 4, gradients + i, slopes, in + i * n, ins, n);
  for (; i + 2 <= ins; i += 2) F(lane_accumulate_tile)(outs, 2, gradients + i, slopes, in + i * n, ins, n);
  for (; i < ins; i++) F(lane_accumulate_tile)(outs, 1, gradients + i, slopes, in + i * n, ins, n);
}

/// The same for a whole matrix.
VITRO_INLINE void F(lane_accumulate)(LANES *gradients, const LANES *slopes, const LANES *in, int64_t outs, int64_t ins,
                                     int64_t n) {
  int64_t o = 0;
  for (; o + 4 <= outs; o += 4) F(lane_accumulate_rows)(4, gradients + o * ins, slopes + o * n, in, ins, n);
  for (; o + 2 <= outs; o += 2) F(lane_accumulate_rows)(2, gradients + o * ins, slopes + o * n, in, ins, n);
  for (; o < outs; o++) F(lane_accumulate_rows)(1, gradients + o * ins, slopes + o * n, in, ins, n);
}

/// gradients[o] += Σ_e slopes[o].
VITRO_INLINE void F(lane_accumulate_bias)(LANES *gradients, const LANES *slopes, int64_t outs, int64_t n) {
  for (int64_t o = 0; o < outs; o++) {
    LANES sum = {};
    for (int64_t e = 0; e < n; e++) sum += slopes[o * n + e];
    gradients[o] += sum;
  }
}
