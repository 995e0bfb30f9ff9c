// The products of a pass over rows with few columns (up to `narrow_columns`), for one element type: vectors run along the
// features. Set before as for fitting_losses_template.h.

static inline __attribute__((always_inline)) real NAME(sum_of)(const vec *x) {
  real sums[lanes];
  memcpy(sums, x, sizeof sums);
  for (int width = lanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) sums[i] += sums[i + width];
  }
  return sums[0];
}

/// logits[r, :] = x[r, :]·Wᵀ for 4 rows at a time, W [columns, leading].
static inline __attribute__((always_inline)) void NAME(multiply_few)(const real *x, int64_t leading, int64_t rows,
                                                                     const vec *weights, real *logits, int columns) {
  int64_t steps = leading / lanes;
  for (int64_t row = 0; row < rows; row += 4) {
    const vec *values = (const vec *)(x + row * leading);
    vec sums[4][narrow_columns] = {0};
    for (int64_t j = 0; j < steps; j++) {
#pragma clang loop unroll(full)
      for (int k = 0; k < columns; k++) {
        vec weight = weights[k * steps + j];
#pragma clang loop unroll(full)
        for (int t = 0; t < 4; t++) sums[t][k] = values[t * steps + j] * weight + sums[t][k];
      }
    }
    for (int t = 0; t < 4; t++) {
      for (int k = 0; k < columns; k++) logits[(row + t) * columns + k] = NAME(sum_of)(&sums[t][k]);
    }
  }
}

/// gradient[:, j] += Σ_r residuals[r, :]·x[r, j], gradient [columns, leading].
static inline __attribute__((always_inline)) void NAME(add_few)(const real *x, int64_t leading, int64_t rows,
                                                                const real *residuals, vec *gradient, int columns) {
  int64_t steps = leading / lanes;
  for (int64_t j = 0; j < steps; j += 2) {
    // The number of vectors in a row is odd for one type and even for the other.
    int width = steps - j < 2 ? 1 : 2;
    vec sums[narrow_columns][2];
    for (int k = 0; k < columns; k++) {
      sums[k][0] = gradient[k * steps + j];
      sums[k][1] = gradient[k * steps + j + width - 1];
    }
    for (int64_t row = 0; row < rows; row++) {
      const vec *values = (const vec *)(x + row * leading) + j;
      vec first = values[0], second = values[width - 1];
#pragma clang loop unroll(full)
      for (int k = 0; k < columns; k++) {
        real residual = residuals[row * columns + k];
        sums[k][0] = first * residual + sums[k][0];
        sums[k][1] = second * residual + sums[k][1];
      }
    }
    for (int k = 0; k < columns; k++) {
      gradient[k * steps + j] = sums[k][0];
      if (width == 2) gradient[k * steps + j + 1] = sums[k][1];
    }
  }
}

VITRO_CLONES static void NAME(multiply_narrow)(const real *x, int64_t leading, int64_t rows,
                                                        const vec *weights, real *logits, int64_t columns) {
  switch (columns) {
  case 1: NAME(multiply_few)(x, leading, rows, weights, logits, 1); break;
  case 2: NAME(multiply_few)(x, leading, rows, weights, logits, 2); break;
  case 3: NAME(multiply_few)(x, leading, rows, weights, logits, 3); break;
  default: NAME(multiply_few)(x, leading, rows, weights, logits, 4); break;
  }
}

VITRO_CLONES static void NAME(add_gradient_narrow)(const real *x, int64_t leading, int64_t rows,
                                                            const real *residuals, vec *gradient, int64_t columns) {
  switch (columns) {
  case 1: NAME(add_few)(x, leading, rows, residuals, gradient, 1); break;
  case 2: NAME(add_few)(x, leading, rows, residuals, gradient, 2); break;
  case 3: NAME(add_few)(x, leading, rows, residuals, gradient, 3); break;
  default: NAME(add_few)(x, leading, rows, residuals, gradient, 4); break;
  }
}
