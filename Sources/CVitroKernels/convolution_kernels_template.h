// Included by convolution_kernels.c with REAL, LANES, LOW, HIGH, ISA, VECTOR_BYTES, TILE and TAPS_AT_ONCE defined.

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define FUSE _Pragma("clang fp contract(fast)")

typedef REAL NAME(vector) __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL NAME(loose) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));
#define VECTOR NAME(vector)
#define LOAD(pointer) (*(const NAME(loose) *)(const void *)(pointer))
#define STORE(pointer, value) (*(NAME(loose) *)(void *)(pointer) = (value))

INLINE void NAME(correlate_tile)(int pixels, int vectors, const correlation_block *b, const REAL *source, REAL *sums) {
  FUSE
  VECTOR total[most_vectors][TILE];
  UNROLL for (int v = 0; v < vectors; v++) {
    UNROLL for (int j = 0; j < pixels; j++) total[v][j] = (VECTOR){0};
  }
  const REAL *filters = b->filters, *second = filters + b->filters_step;
  const int64_t *offsets = b->offsets;
  int64_t taps = b->taps, channel_step = b->channel_step;
  for (int64_t c = b->channels; c > 0; c--, source += channel_step) {
    for (int64_t t = 0; t < taps; t++) {
      const REAL *x = source + offsets[t];
      VECTOR weights[most_vectors];
      weights[0] = LOAD(filters);
      if (vectors == 2) weights[1] = LOAD(second);
      UNROLL for (int j = 0; j < pixels; j++) {
        UNROLL for (int v = 0; v < vectors; v++) total[v][j] += weights[v] * x[j];
      }
      filters += LANES;
      second += LANES;
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    UNROLL for (int j = 0; j < pixels; j++) STORE(sums + v * b->sums_step + j * LANES, total[v][j]);
  }
}

#define PIXELS(count)                                                                                                  \
  case count:                                                                                                          \
    if (b->vectors == 2) {                                                                                             \
      NAME(correlate_tile)(count, 2, b, source + start, sums);                                                         \
    } else {                                                                                                           \
      NAME(correlate_tile)(count, 1, b, source + start, sums);                                                         \
    }                                                                                                                  \
    break;

static void NAME(correlate)(const correlation_block *b) {
  int64_t tiles = (b->width + TILE - 1) / TILE;
  for (int64_t row = 0; row < b->rows; row++) {
    const REAL *source = (const REAL *)b->source + row * b->row_step;
    for (int64_t tile = 0; tile < tiles; tile++) {
      int64_t start = tile * b->width / tiles, end = (tile + 1) * b->width / tiles;
      REAL *sums = (REAL *)b->sums + (row * b->width + start) * LANES;
      switch (end - start) {
        PIXELS(1) PIXELS(2) PIXELS(3) PIXELS(4) PIXELS(5) PIXELS(6)
#if TILE > 6
        PIXELS(7) PIXELS(8) PIXELS(9) PIXELS(10) PIXELS(11) PIXELS(12) PIXELS(13) PIXELS(14)
#endif
      }
    }
  }
}
#undef PIXELS

INLINE void NAME(gradient_of_taps)(int taps, int vectors, const gradient_block *b, int64_t first) {
  FUSE
  const REAL *x[TAPS_AT_ONCE];
  VECTOR total[most_vectors][TAPS_AT_ONCE];
  UNROLL for (int t = 0; t < taps; t++) {
    x[t] = (const REAL *)b->source + b->offsets[first + t];
    UNROLL for (int v = 0; v < vectors; v++) total[v][t] = (VECTOR){0};
  }
  const REAL *gy = b->gy;
  int64_t gy_step = b->gy_step, width = b->width;
  for (int64_t row = 0; row < b->rows; row++) {
    int64_t start = row * b->row_step;
    for (int64_t i = start; i < start + width; i++) {
      VECTOR g[most_vectors];
      g[0] = LOAD(gy);
      if (vectors == 2) g[1] = LOAD(gy + gy_step);
      gy += LANES;
      UNROLL for (int t = 0; t < taps; t++) {
        UNROLL for (int v = 0; v < vectors; v++) total[v][t] += g[v] * x[t][i];
      }
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    REAL *gradients = (REAL *)b->gradients + v * b->gradients_step + first * LANES;
    UNROLL for (int t = 0; t < taps; t++) STORE(gradients + t * LANES, LOAD(gradients + t * LANES) + total[v][t]);
  }
}

#define TAPS(count)                                                                                                    \
  case count:                                                                                                          \
    if (b->vectors == 2) {                                                                                             \
      NAME(gradient_of_taps)(count, 2, b, first);                                                                      \
    } else {                                                                                                           \
      NAME(gradient_of_taps)(count, 1, b, first);                                                                      \
    }                                                                                                                  \
    break;

static void NAME(accumulate_gradient)(const gradient_block *b) {
  int64_t pieces = (b->taps + TAPS_AT_ONCE - 1) / TAPS_AT_ONCE;
  for (int64_t piece = 0; piece < pieces; piece++) {
    int64_t first = piece * b->taps / pieces, end = (piece + 1) * b->taps / pieces;
    switch (end - first) {
      TAPS(1) TAPS(2) TAPS(3) TAPS(4) TAPS(5) TAPS(6)
#if TAPS_AT_ONCE > 6
      TAPS(7) TAPS(8)
#endif
    }
  }
}
#undef TAPS

static void NAME(sum_panel)(const void *panel, int64_t count, void *gradients) {
  const REAL *p = panel;
  VECTOR total[4] = {{0}, {0}, {0}, {0}};
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    UNROLL for (int j = 0; j < 4; j++) total[j] += LOAD(p + (i + j) * LANES);
  }
  for (; i < count; i++) total[0] += LOAD(p + i * LANES);
  STORE(gradients, LOAD(gradients) + ((total[0] + total[1]) + (total[2] + total[3])));
}

// Merging row i with row i + LANES/2, log₂ LANES times over, transposes a square of vectors.
INLINE void NAME(transpose)(VECTOR *rows) {
  UNROLL for (int stage = 1; stage < LANES; stage *= 2) {
    VECTOR merged[LANES];
    UNROLL for (int i = 0; i < LANES / 2; i++) {
      VECTOR a = rows[i], b = rows[i + LANES / 2];
      merged[2 * i] = VITRO_SHUFFLE(a, b, LOW);
      merged[2 * i + 1] = VITRO_SHUFFLE(a, b, HIGH);
    }
    UNROLL for (int i = 0; i < LANES; i++) rows[i] = merged[i];
  }
}

static void NAME(pack)(const void *rows, int64_t row_step, int64_t count, int64_t valid, void *panel) {
  const REAL *source = rows;
  REAL *target = panel;
  if (count < LANES) {
    for (int64_t i = 0; i < count; i++) {
      for (int64_t lane = 0; lane < LANES; lane++) target[i * LANES + lane] = lane < valid ? source[lane * row_step + i] : 0;
    }
    return;
  }
  for (int64_t start = 0; start < count; start += LANES) {
    if (start > count - LANES) start = count - LANES;
    VECTOR square[LANES];
    if (valid == LANES) {
      UNROLL for (int lane = 0; lane < LANES; lane++) square[lane] = LOAD(source + lane * row_step + start);
    } else {
      UNROLL for (int lane = 0; lane < LANES; lane++) {
        square[lane] = lane < valid ? LOAD(source + lane * row_step + start) : (VECTOR){0};
      }
    }
    NAME(transpose)(square);
    UNROLL for (int i = 0; i < LANES; i++) STORE(target + (start + i) * LANES, square[i]);
  }
}

static void NAME(unpack)(const void *panel, int64_t count, int64_t valid, const void *bias, void *rows,
                         int64_t row_step) {
  const REAL *source = panel;
  REAL *target = rows;
  VECTOR shift = {0};
  for (int64_t lane = 0; bias && lane < valid; lane++) shift[lane] = ((const REAL *)bias)[lane];
  if (count < LANES) {
    for (int64_t lane = 0; lane < valid; lane++) {
      for (int64_t i = 0; i < count; i++) target[lane * row_step + i] = source[i * LANES + lane] + shift[lane];
    }
    return;
  }
  for (int64_t start = 0; start < count; start += LANES) {
    if (start > count - LANES) start = count - LANES;
    VECTOR square[LANES];
    UNROLL for (int i = 0; i < LANES; i++) square[i] = LOAD(source + (start + i) * LANES) + shift;
    NAME(transpose)(square);
    if (valid == LANES) {
      UNROLL for (int lane = 0; lane < LANES; lane++) STORE(target + lane * row_step + start, square[lane]);
    } else {
      UNROLL for (int lane = 0; lane < LANES; lane++) {
        if (lane < valid) STORE(target + lane * row_step + start, square[lane]);
      }
    }
  }
}

// Rows are short: sixteen bytes at a time, the last ones twice where need be.
INLINE void NAME(copy_row)(const REAL *source, int64_t count, REAL *target) {
  enum { piece = 16 / sizeof(REAL) };
  if (count < piece) {
    for (int64_t i = 0; i < count; i++) target[i] = source[i];
    return;
  }
  for (int64_t i = 0; i < count; i += piece) {
    if (i > count - piece) i = count - piece;
    memcpy(target + i, source + i, 16);
  }
}

INLINE void NAME(clear)(int64_t count, REAL *target) {
  for (int64_t i = 0; i < count; i++) target[i] = 0;
}

static void NAME(cut)(const region *r) {
  for (int64_t channel = 0; channel < r->channels; channel++) {
    const REAL *plane = (const REAL *)r->planes + channel * r->height * r->width;
    REAL *target = (REAL *)r->target + channel * r->channel_step;
    for (int64_t y = r->top; y < r->top + r->rows; y++) {
      if (y < 0 || y >= r->height) {
        NAME(clear)(r->deal * r->columns, target);
        target += r->deal * r->columns;
        continue;
      }
      for (int64_t x = r->left; x < r->left + r->deal; x++, target += r->columns) {
        // Columns start ..< end of this dealt row lie inside the image.
        int64_t start = x >= 0 ? 0 : (-x + r->deal - 1) / r->deal;
        int64_t end = x >= r->width ? 0 : (r->width - x + r->deal - 1) / r->deal;
        if (end > r->columns) end = r->columns;
        if (start >= end) {
          NAME(clear)(r->columns, target);
          continue;
        }
        const REAL *source = plane + y * r->width + x;
        NAME(clear)(start, target);
        if (r->deal == 1) {
          NAME(copy_row)(source + start, end - start, target + start);
        } else {
          for (int64_t i = start; i < end; i++) target[i] = source[i * r->deal];
        }
        NAME(clear)(r->columns - end, target + end);
      }
    }
  }
}

static void NAME(add)(const void *other, int64_t count, void *sum) {
  const REAL *source = other;
  REAL *target = sum;
  for (int64_t i = 0; i < count; i++) target[i] += source[i];
}

static const convolution_kernels NAME(kernels) = {
    .lanes = LANES,
    .correlate = NAME(correlate),
    .accumulate_gradient = NAME(accumulate_gradient),
    .sum_panel = NAME(sum_panel),
    .pack = NAME(pack),
    .unpack = NAME(unpack),
    .add = NAME(add),
    .cut = NAME(cut),
};

#undef INLINE
#undef UNROLL
#undef FUSE
#undef VECTOR
#undef LOAD
#undef STORE
