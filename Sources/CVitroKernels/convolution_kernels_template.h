// Included by convolution_kernels.c with REAL, LANES, LOW, HIGH, ISA, VECTOR_BYTES, TILE and TAPS_AT_ONCE defined.

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define FUSE _Pragma("clang fp contract(fast)")

typedef REAL NAME(vector) __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL NAME(loose) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));
#define VECTOR NAME(vector)
#define LOAD(pointer) (*(const NAME(loose) *)(const void *)(pointer))
#define STORE(pointer, value) (*(NAME(loose) *)(void *)(pointer) = (value))

INLINE void NAME(correlate_tile)(int pixels, int vectors, const correlation_block *b, const REAL *source,
                                 span taps, REAL *sums) {
  FUSE
  VECTOR total[most_vectors][TILE];
  UNROLL for (int v = 0; v < vectors; v++) {
    UNROLL for (int j = 0; j < pixels; j++) total[v][j] = (VECTOR){0};
  }
  const REAL *filters = (const REAL *)b->filters + taps.start * LANES, *second = filters + b->filters_step;
  const int64_t *offsets = b->offsets + taps.start;
  int64_t count = taps.end - taps.start, skipped = (b->taps - count) * LANES, channel_step = b->channel_step;
  for (int64_t c = b->channels; c > 0; c--, source += channel_step) {
    for (int64_t t = 0; t < count; t++) {
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
    filters += skipped;
    second += skipped;
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    UNROLL for (int j = 0; j < pixels; j++) STORE(sums + v * b->sums_step + j * LANES, total[v][j]);
  }
}

#define PIXELS(count)                                                                                                  \
  case count:                                                                                                          \
    if (b->vectors == 2) {                                                                                             \
      NAME(correlate_tile)(count, 2, b, source + start, taps, sums);                                                   \
    } else {                                                                                                           \
      NAME(correlate_tile)(count, 1, b, source + start, taps, sums);                                                   \
    }                                                                                                                  \
    break;

static void NAME(correlate)(const correlation_block *b) {
  int64_t tiles = (b->width + TILE - 1) / TILE;
  for (int64_t row = 0; row < b->rows; row++) {
    const REAL *source = (const REAL *)b->source + row * b->row_step;
    span taps = b->places ? taps_of_row(b->places, b->taps, row) : (span){0, b->taps};
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

/// The gradients of up to TAPS_AT_ONCE filter elements, whose pixels and gradients lie at `x` and `slots`.
INLINE void NAME(gradient_of_elements)(int elements, int vectors, const gradient_block *b, const int64_t *starts,
                                       const int64_t *slots, span rows, span columns) {
  FUSE
  const REAL *x[TAPS_AT_ONCE];
  VECTOR total[most_vectors][TAPS_AT_ONCE];
  UNROLL for (int e = 0; e < elements; e++) {
    x[e] = (const REAL *)b->source + starts[e];
    UNROLL for (int v = 0; v < vectors; v++) total[v][e] = (VECTOR){0};
  }
  int64_t gy_step = b->gy_step, width = columns.end - columns.start;
  for (int64_t row = rows.start; row < rows.end; row++) {
    const REAL *gy = (const REAL *)b->gy + (row * b->width + columns.start) * LANES;
    int64_t start = row * b->row_step + columns.start;
    for (int64_t i = start; i < start + width; i++) {
      VECTOR g[most_vectors];
      g[0] = LOAD(gy);
      if (vectors == 2) g[1] = LOAD(gy + gy_step);
      gy += LANES;
      UNROLL for (int e = 0; e < elements; e++) {
        UNROLL for (int v = 0; v < vectors; v++) total[v][e] += g[v] * x[e][i];
      }
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    REAL *gradients = (REAL *)b->gradients + v * b->gradients_step;
    UNROLL for (int e = 0; e < elements; e++) {
      REAL *sum = gradients + slots[e] * LANES;
      STORE(sum, LOAD(sum) + total[v][e]);
    }
  }
}

#define ELEMENTS(count)                                                                                                \
  case count:                                                                                                          \
    if (b->vectors == 2) {                                                                                             \
      NAME(gradient_of_elements)(count, 2, b, starts, slots, rows, columns);                                           \
    } else {                                                                                                           \
      NAME(gradient_of_elements)(count, 1, b, starts, slots, rows, columns);                                           \
    }                                                                                                                  \
    break;

/// The gradients of channels × taps, whichever way gives the longer runs already chosen by the caller.
static void NAME(gradient_of_rectangle)(const gradient_block *b, span channels, span taps, span rows, span columns) {
  int64_t starts[TAPS_AT_ONCE], slots[TAPS_AT_ONCE];
  int64_t elements = 0;
  for (int64_t c = channels.start; c < channels.end; c++) {
    for (int64_t t = taps.start; t < taps.end; t++, elements++) {
      starts[elements] = c * b->channel_step + b->offsets[t];
      slots[elements] = c * b->taps + t;
    }
  }
  switch (elements) {
    ELEMENTS(1) ELEMENTS(2) ELEMENTS(3) ELEMENTS(4) ELEMENTS(5) ELEMENTS(6)
#if TAPS_AT_ONCE > 6
    ELEMENTS(7) ELEMENTS(8)
#endif
  }
}
#undef ELEMENTS

// Elements of one tap in several channels skip the same rows and columns of padding; with few channels, several taps
// of one channel go together.
static void NAME(accumulate_gradient)(const gradient_block *b) {
  span all_rows = {0, b->rows}, all_columns = {0, b->width};
  if (b->channels >= TAPS_AT_ONCE / 2) {
    int64_t pieces = (b->channels + TAPS_AT_ONCE - 1) / TAPS_AT_ONCE;
    for (int64_t piece = 0; piece < pieces; piece++) {
      span channels = {piece * b->channels / pieces, (piece + 1) * b->channels / pieces};
      for (int64_t t = 0; t < b->taps; t++) {
        span rows = b->places ? rows_of_tap(b->places, b->rows, t) : all_rows;
        span columns = b->places ? columns_of_tap(b->places, b->width, t) : all_columns;
        NAME(gradient_of_rectangle)(b, channels, (span){t, t + 1}, rows, columns);
      }
    }
    return;
  }
  int64_t pieces = (b->taps + TAPS_AT_ONCE - 1) / TAPS_AT_ONCE;
  for (int64_t c = 0; c < b->channels; c++) {
    for (int64_t piece = 0; piece < pieces; piece++) {
      span taps = {piece * b->taps / pieces, (piece + 1) * b->taps / pieces};
      NAME(gradient_of_rectangle)(b, (span){c, c + 1}, taps, all_rows, all_columns);
    }
  }
}

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
      for (int64_t lane = 0; lane < LANES; lane++) {
        target[i * LANES + lane] = lane < valid ? source[lane * row_step + i] : 0;
      }
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

// Rows are written from first to last in whole vectors, whose surplus the next row overwrites; after the last one, the
// buffer has a vector to spare. Where whole vectors would read past `limit`, elements go one by one.
INLINE void NAME(copy_row)(const REAL *source, int64_t count, const REAL *limit, REAL *target) {
  int64_t i = 0;
  for (; i < count && source + i + LANES <= limit; i += LANES) STORE(target + i, LOAD(source + i));
  for (; i < count; i++) target[i] = source[i];
}

INLINE void NAME(clear)(int64_t count, REAL *target) {
  for (int64_t i = 0; i < count; i += LANES) STORE(target + i, (VECTOR){0});
}

// One of the `deal` rows that a row of the image is dealt to; columns inside.start ..< inside.end have pixels.
INLINE void NAME(cut_row)(const REAL *source, span inside, int64_t deal, int64_t columns, const REAL *limit,
                          REAL *target) {
  NAME(clear)(inside.start, target);
  if (deal == 1) {
    NAME(copy_row)(source + inside.start, inside.end - inside.start, limit, target + inside.start);
  } else {
    for (int64_t i = inside.start; i < inside.end; i++) target[i] = source[i * deal];
  }
  NAME(clear)(columns - inside.end, target + inside.end);
}

static void NAME(cut)(const region *r) {
  const REAL *limit = (const REAL *)r->planes + r->channels * r->height * r->width;
  int64_t columns = r->columns;
  span inside = positions_inside(r->left, 1, r->width, columns);
  for (int64_t channel = 0; channel < r->channels; channel++) {
    const REAL *plane = (const REAL *)r->planes + channel * r->height * r->width;
    REAL *target = (REAL *)r->target + channel * r->channel_step;
    for (int64_t y = r->top; y < r->top + r->rows; y++) {
      const REAL *row = plane + y * r->width + r->left;
      if (y < 0 || y >= r->height) {
        NAME(clear)(r->deal * columns, target);
        target += r->deal * columns;
      } else if (r->deal == 1) {
        NAME(cut_row)(row, inside, 1, columns, limit, target);
        target += columns;
      } else {
        for (int64_t hand = 0; hand < r->deal; hand++, target += columns) {
          span of_hand = positions_inside(r->left + hand, r->deal, r->width, columns);
          NAME(cut_row)(row + hand, of_hand, r->deal, columns, limit, target);
        }
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
