// Included by normalization.c, once a type.

#include "softmax_rows_template.h"

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
