// The pass over rows for one element type; included once for each.
// Set before: real, vec (64 bytes of real), lanes, EXPONENTIAL(x), NAME(base).

/// logits[r, :] = x[r, :]·W for 8 rows at a time and one panel of `lanes` columns.
VITRO_CLONES static void NAME(multiply_rows)(const real *x, int64_t leading, int64_t rows, const vec *weights,
                                                      vec *logits, int64_t panels) {
  for (int64_t row = 0; row < rows; row += 8) {
    const real *values = x + row * leading;
    vec sums[8] = {0};
    for (int64_t j = 0; j < leading; j++) {
      vec weight = weights[j];
#pragma clang loop unroll(full)
      for (int t = 0; t < 8; t++) sums[t] = values[t * leading + j] * weight + sums[t];
    }
    for (int t = 0; t < 8; t++) logits[(row + t) * panels] = sums[t];
  }
}

/// gradient[j, :] += Σ_r x[r, j]·residuals[r, :] for one panel.
VITRO_CLONES static void NAME(add_gradient)(const real *x, int64_t leading, int64_t rows, const vec *residuals,
                                                     int64_t panels, vec *gradient) {
  for (int64_t j = 0; j < leading; j += 8) {
    vec sums[8];
    for (int t = 0; t < 8; t++) sums[t] = gradient[j + t];
    for (int64_t row = 0; row < rows; row++) {
      const real *values = x + row * leading + j;
      vec residual = residuals[row * panels];
#pragma clang loop unroll(full)
      for (int t = 0; t < 8; t++) sums[t] = values[t] * residual + sums[t];
    }
    for (int t = 0; t < 8; t++) gradient[j + t] = sums[t];
  }
}

VITRO_CLONES static void NAME(exponentiate)(const real *restrict x, real *restrict out, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] = EXPONENTIAL(x[i]);
}

/// Replaces the logits of one row of one classification by weighted residuals; `powers` holds exponentials.
static inline void NAME(finish_logistic)(const vitro_classification *set, int64_t row, real *logit, double power,
                                         double *loss, double *curvature) {
  double z = *logit, weight = set->weights ? set->weights[row] : 1;
  bool positive = set->labels[row] == 1;
  double smaller = power / (1 + power);
  // The wrong side's logit, when it is positive, is the linear part of the loss.
  *loss += weight * (log1p(power) + fmax(0, positive ? -z : z));
  double away = (z >= 0) == positive ? smaller : 1 / (1 + power);
  *logit = (real)(weight * (positive ? -away : away));
  *curvature = weight * smaller / (1 + power);
}

static inline void NAME(finish_softmax)(const vitro_classification *set, int64_t row, real *logits, const real *powers,
                                        double largest, double *loss, double *curvature) {
  double weight = set->weights ? set->weights[row] : 1, sum = 0, spread = 0;
  int64_t columns = set->columns, label = set->labels[row];
  for (int64_t k = 0; k < columns; k++) sum += powers[k];
  *loss += weight * (log(sum) + (largest - logits[label]));
  double inverse = 1 / sum, others = 0;
  for (int64_t k = 0; k < columns; k++) {
    double probability = powers[k] * inverse;
    if (k != label) others += probability;
    spread += probability * (1 - probability);
    logits[k] = (real)(weight * probability);
  }
  logits[label] = (real)(-weight * others);
  *curvature = weight * spread / (double)(columns - 1);
}

static void NAME(block_losses)(const losses_job *job, const real *x, int64_t first, int64_t rows, int64_t padded,
                               const vec *weights, vec *logits, real *powers, real *largest, vec *gradient,
                               double *losses) {
  int64_t panels = job->panels, stride = job->narrow ? job->columns : panels * lanes;
  if (job->narrow) {
    NAME(multiply_narrow)(x, job->leading, padded, weights, (real *)logits, job->columns);
  } else {
    for (int64_t panel = 0; panel < panels; panel++) {
      NAME(multiply_rows)(x, job->leading, padded, weights + panel * job->leading, logits + panel, panels);
    }
  }
  real *values = (real *)logits;
  for (int64_t row = 0; row < rows; row++) {
    int64_t column = row * stride;
    for (int64_t s = 0; s < job->count; s++) {
      int64_t columns = job->sets[s].columns;
      real top = values[column];
      if (columns == 1) {
        powers[column] = top < 0 ? top : -top;
      } else {
        for (int64_t k = 1; k < columns; k++) top = values[column + k] > top ? values[column + k] : top;
        for (int64_t k = 0; k < columns; k++) powers[column + k] = values[column + k] - top;
      }
      largest[row * job->count + s] = top;
      column += columns;
    }
    for (; column < (row + 1) * stride; column++) powers[column] = values[column] = 0;
  }
  NAME(exponentiate)(powers, powers + stride * job->block_rows, rows * stride);
  const real *exponentials = powers + stride * job->block_rows;
  for (int64_t row = 0; row < rows; row++) {
    int64_t column = row * stride;
    for (int64_t s = 0; s < job->count; s++) {
      const vitro_classification *set = &job->sets[s];
      double curvature;
      if (set->columns == 1) {
        NAME(finish_logistic)(set, first + row, values + column, exponentials[column], losses + 2 * s, &curvature);
      } else {
        NAME(finish_softmax)(set, first + row, values + column, exponentials + column,
                             largest[row * job->count + s], losses + 2 * s, &curvature);
      }
      losses[2 * s + 1] += curvature;
      if (set->curvature) set->curvature[first + row] = curvature;
      column += set->columns;
    }
  }
  if (job->narrow) {
    NAME(add_gradient_narrow)(x, job->leading, rows, values, gradient, job->columns);
    return;
  }
  for (int64_t panel = 0; panel < panels; panel++) {
    NAME(add_gradient)(x, job->leading, rows, logits + panel, panels, gradient + panel * job->leading);
  }
}

static void NAME(slice_losses)(void *context, int64_t index) {
  const losses_job *job = context;
  int64_t stride = job->panels * lanes, block = job->block_rows;
  char *memory = job->scratch + index * job->scratch_bytes;
  vec *gradient = (vec *)memory;
  vec *logits = gradient + job->panels * job->leading;
  real *powers = (real *)(logits + job->panels * block);
  real *largest = powers + 2 * stride * block;
  double *losses = (double *)(memory + job->scratch_bytes) - 2 * job->count;
  memset(memory, 0, (size_t)job->scratch_bytes);
  int64_t end = slice_end(job->slices, index);
  for (int64_t row = index * job->slices.step; row < end; row += block) {
    int64_t rows = end - row < block ? end - row : block;
    NAME(block_losses)(job, (const real *)job->x + row * job->leading, row, rows, (rows + 7) / 8 * 8,
                       (const vec *)job->weights, logits, powers, largest, gradient, losses);
  }
}

/// Where element j of a column stands in the packed weights and gradients: [panels, leading, lanes], or [columns, leading]
/// when there are few; the next element is `*step` on.
static inline int64_t NAME(packed_column)(const losses_job *job, int64_t column, int64_t *step) {
  *step = job->narrow ? 1 : lanes;
  return job->narrow ? column * job->leading : column / lanes * job->leading * lanes + column % lanes;
}

static void NAME(pack_weights)(const losses_job *job) {
  real *weights = (real *)job->weights;
  memset(weights, 0, (size_t)(job->panels * job->leading * lanes) * sizeof(real));
  int64_t column = 0;
  for (int64_t s = 0; s < job->count; s++) {
    for (int64_t k = 0; k < job->sets[s].columns; k++, column++) {
      int64_t step;
      real *target = weights + NAME(packed_column)(job, column, &step);
      const double *source = job->sets[s].coefficients + k * job->leading;
      for (int64_t j = 0; j < job->leading; j++) target[j * step] = (real)source[j];
    }
  }
}

static void NAME(sum_slices)(void *context, int64_t column) {
  const losses_job *job = context;
  int64_t s = 0, k = column;
  while (k >= job->sets[s].columns) k -= job->sets[s++].columns;
  double *gradient = job->sets[s].gradient + k * job->leading;
  for (int64_t j = 0; j < job->leading; j++) gradient[j] = 0;
  int64_t step, place = NAME(packed_column)(job, column, &step);
  for (int64_t slice = 0; slice < job->slices.count; slice++) {
    const real *partial = (const real *)(job->scratch + slice * job->scratch_bytes) + place;
    for (int64_t j = 0; j < job->leading; j++) gradient[j] += (double)partial[j * step];
  }
}
