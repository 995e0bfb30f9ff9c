// Included by recurrent.c, once a type.
//
// Gates of one row lie beside those of the next. The check whether arrays overlap, which the compiler takes out of the loop over rows,
// would find that they do, and run scalar code; no two of a row do.

VITRO_CLONES static void NAME(lstm)(void *context, int64_t first, int64_t end) {
  const lstm_work *work = context;
  int64_t width = work->width;
  for (int64_t row = first; row < end; row++) {
    REAL *restrict i = (REAL *)work->gates + row * 4 * width;
    REAL *restrict f = i + width, *restrict g = f + width, *restrict o = g + width;
    const REAL *restrict c0 = (const REAL *)work->c0 + row * width;
    REAL *restrict h = (REAL *)work->h_out + row * width, *restrict c = (REAL *)work->c_out + row * width;
    VITRO_VECTOR_LOOP
    for (int64_t j = 0; j < width; j++) {
      i[j] = MATH(sigmoid)(i[j]);
      f[j] = MATH(sigmoid)(f[j]);
      g[j] = MATH(tanh)(g[j]);
      o[j] = MATH(sigmoid)(o[j]);
      REAL cell = f[j] * c0[j] + i[j] * g[j];
      c[j] = cell;
      h[j] = o[j] * MATH(tanh)(cell);
    }
  }
}

/// One row of the gradient; what is not there, the gradient of the output or of the cell, counts as 0.
VITRO_INLINE void NAME(lstm_gradient_row)(const lstm_work *work, int64_t row, int has_output, int has_cell) {
  int64_t width = work->width;
  const REAL *i = (const REAL *)work->activations + row * 4 * width;
  const REAL *f = i + width, *g = f + width, *o = g + width;
  const REAL *c0 = (const REAL *)work->c0 + row * width, *c = (const REAL *)work->c + row * width;
  const REAL *gh = has_output ? (const REAL *)work->gh + row * width : c;
  const REAL *gc = has_cell ? (const REAL *)work->gc + row * width : c;
  REAL *restrict gi = (REAL *)work->ggates + row * 4 * width;
  REAL *restrict gf = gi + width, *restrict gg = gf + width, *restrict go = gg + width;
  REAL *restrict gc0 = (REAL *)work->gc0 + row * width;
  VITRO_VECTOR_LOOP
  for (int64_t j = 0; j < width; j++) {
    REAL output = has_output ? gh[j] : 0, squashed = MATH(tanh)(c[j]);
    REAL cell = (has_cell ? gc[j] : 0) + output * o[j] * (1 - squashed * squashed);
    gi[j] = cell * g[j] * i[j] * (1 - i[j]);
    gf[j] = cell * c0[j] * f[j] * (1 - f[j]);
    gg[j] = cell * i[j] * (1 - g[j] * g[j]);
    go[j] = output * squashed * o[j] * (1 - o[j]);
    gc0[j] = cell * f[j];
  }
}

VITRO_CLONES static void NAME(lstm_gradient)(void *context, int64_t first, int64_t end) {
  const lstm_work *work = context;
  for (int64_t row = first; row < end; row++) {
    // Each case has its own loop, without a question in it.
    if (work->gh && work->gc) {
      NAME(lstm_gradient_row)(work, row, 1, 1);
    } else if (work->gh) {
      NAME(lstm_gradient_row)(work, row, 1, 0);
    } else if (work->gc) {
      NAME(lstm_gradient_row)(work, row, 0, 1);
    } else {
      NAME(lstm_gradient_row)(work, row, 0, 0);
    }
  }
}

VITRO_CLONES static void NAME(gru)(void *context, int64_t first, int64_t end) {
  const gru_work *work = context;
  int64_t width = work->width;
  for (int64_t row = first; row < end; row++) {
    const REAL *x = (const REAL *)work->x + row * 3 * width, *hh = (const REAL *)work->hh + row * 3 * width;
    const REAL *h0 = (const REAL *)work->h0 + row * width;
    REAL *restrict h = (REAL *)work->h_out + row * width;
    REAL *restrict r = (REAL *)work->activations_out + row * 3 * width;
    REAL *restrict z = r + width, *restrict n = z + width;
    VITRO_VECTOR_LOOP
    for (int64_t j = 0; j < width; j++) {
      REAL reset = MATH(sigmoid)(x[j] + hh[j]);
      REAL update = MATH(sigmoid)(x[width + j] + hh[width + j]);
      REAL candidate = MATH(tanh)(x[2 * width + j] + reset * hh[2 * width + j]);
      r[j] = reset;
      z[j] = update;
      n[j] = candidate;
      h[j] = (1 - update) * candidate + update * h0[j];
    }
  }
}

VITRO_CLONES static void NAME(gru_gradient)(void *context, int64_t first, int64_t end) {
  const gru_work *work = context;
  int64_t width = work->width;
  for (int64_t row = first; row < end; row++) {
    const REAL *r = (const REAL *)work->activations + row * 3 * width, *z = r + width, *n = z + width;
    const REAL *hh = (const REAL *)work->hh + row * 3 * width + 2 * width;
    const REAL *h0 = (const REAL *)work->h0 + row * width, *gh = (const REAL *)work->gh + row * width;
    REAL *restrict gx = (REAL *)work->gx + row * 3 * width;
    REAL *restrict ghh = (REAL *)work->ghh + row * 3 * width;
    REAL *restrict gh0 = (REAL *)work->gh0 + row * width;
    VITRO_VECTOR_LOOP
    for (int64_t j = 0; j < width; j++) {
      REAL candidate = gh[j] * (1 - z[j]) * (1 - n[j] * n[j]);
      REAL update = gh[j] * (h0[j] - n[j]) * z[j] * (1 - z[j]);
      REAL reset = candidate * hh[j] * r[j] * (1 - r[j]);
      gx[j] = ghh[j] = reset;
      gx[width + j] = ghh[width + j] = update;
      gx[2 * width + j] = candidate;
      ghh[2 * width + j] = candidate * r[j];
      gh0[j] = gh[j] * z[j];
    }
  }
}
