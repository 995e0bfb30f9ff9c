// Included by attention.c, once a type.

#include "softmax_rows_template.h"

/// Turns rows of scores into rows of a pattern, in place; what is not seen becomes 0.
VITRO_CLONES static void NAME(pattern_rows)(void *scores, int64_t rows, int64_t columns, int64_t leading, span_of_keys seen,
                                            int64_t first_row, int64_t first_column, double cap) {
  for (int64_t i = 0; i < rows; i++) {
    REAL *row = (REAL *)scores + i * leading;
    // A row may see nothing at all: its window can lie beyond the last key.
    int64_t begin = reduce_smaller(reduce_larger(first_seen(seen, first_row + i) - first_column, 0), columns);
    int64_t end = reduce_smaller(last_seen(seen, first_row + i) - first_column, columns);
    for (int64_t j = 0; j < begin; j++) row[j] = 0;
    if (cap > 0) {
      REAL bound = (REAL)cap, inverse = (REAL)(1 / cap);
      for (int64_t j = begin; j < end; j++) row[j] = bound * MATH(tanh)(row[j] * inverse);
    }
    if (begin < end) NAME(softmax_row)(row + begin, row + begin, NAME(row_maximum)(row + begin, end - begin), end - begin);
    for (int64_t j = reduce_larger(end, begin); j < columns; j++) row[j] = 0;
  }
}

static void NAME(fill)(void *out, int64_t count, double value) {
  REAL *target = out;
  for (int64_t i = 0; i < count; i++) target[i] = (REAL)value;
}

VITRO_CLONES static void NAME(rotate)(void *context, int64_t first, int64_t end) {
  const rotation *r = context;
  int64_t half = r->turned / 2;
  REAL sign = (REAL)r->sign;
  for (int64_t row = first; row < end; row++) {
    const REAL *cosines = (const REAL *)r->cosines + row * half, *sines = (const REAL *)r->sines + row * half;
    for (int64_t head = 0; head < r->heads; head++) {
      const REAL *x = (const REAL *)r->x + (row * r->heads + head) * r->width;
      REAL *out = (REAL *)r->out + (row * r->heads + head) * r->width;
      if (r->adjacent) {
        for (int64_t i = 0; i < half; i++) {
          REAL a = x[2 * i], b = x[2 * i + 1], s = sign * sines[i];
          out[2 * i] = a * cosines[i] - b * s;
          out[2 * i + 1] = b * cosines[i] + a * s;
        }
      } else {
        for (int64_t i = 0; i < half; i++) {
          REAL a = x[i], b = x[i + half], s = sign * sines[i];
          out[i] = a * cosines[i] - b * s;
          out[i + half] = b * cosines[i] + a * s;
        }
      }
      for (int64_t i = r->turned; i < r->width; i++) out[i] = x[i];
    }
  }
}
