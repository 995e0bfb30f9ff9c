#ifndef VITRO_INDEXING_H
#define VITRO_INDEXING_H

#include "vitro_types.h"

// Indices are int64, already checked and made non-negative by the caller. Arrays are [outer, length, inner].

/// out[o, k, i] = x[o, indices[k], i].
void vitro_gather(int64_t element_size, const void *x, const int64_t *indices, void *out, int64_t outer, int64_t length,
                  int64_t count, int64_t inner);
/// out[o, indices[k], i] += x[o, k, i], in order of k. `out` is not cleared. float32, float64, int64.
void vitro_scatter_add(vitro_dtype type, const void *x, const int64_t *indices, void *out, int64_t outer, int64_t length,
                       int64_t count, int64_t inner);

/// out[o, k, i] = x[o, indices[o, k, i], i].
void vitro_take_along(int64_t element_size, const void *x, const int64_t *indices, void *out, int64_t outer,
                      int64_t length, int64_t count, int64_t inner);
/// out[o, indices[o, k, i], i] += x[o, k, i], in order of k. `out` is not cleared. float32, float64, int64.
void vitro_put_along_add(vitro_dtype type, const void *x, const int64_t *indices, void *out, int64_t outer,
                         int64_t length, int64_t count, int64_t inner);
/// out[o, indices[o, k, i], i] = x[o, k, i]; the last k wins.
void vitro_put_along(int64_t element_size, const void *x, const int64_t *indices, void *out, int64_t outer,
                     int64_t length, int64_t count, int64_t inner);

/// Sorts rows of [rows, length], stable; NaN last when ascending, first when descending. Writes values and their
/// source positions. float32, float64, int32, int64.
void vitro_sort(vitro_dtype type, const void *x, void *values, int64_t *positions, int64_t rows, int64_t length,
                bool descending);

/// The `count` largest (or smallest) of each row, in order; equal ones by position. The cost is O(length log count) a row.
void vitro_top(vitro_dtype type, const void *x, void *values, int64_t *positions, int64_t rows, int64_t length,
               int64_t count, bool largest);

/// The smallest and the largest index of an array (for bounds checks); count ≥ 1.
void vitro_index_range(const int64_t *indices, int64_t count, int64_t *smallest, int64_t *largest);

#endif
