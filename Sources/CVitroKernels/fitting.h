#ifndef VITRO_PRIVATE_FITTING_H
#define VITRO_PRIVATE_FITTING_H

#include "clones.h"
#include "include/vitro_fitting.h"
#include "include/vitro_memory.h"
#include "include/vitro_threads.h"

#include <string.h>

// Rows are cut into slices fixed by their number; each slice sums alone, and slices are added in order.
enum { fitting_slice_rows = 512, fitting_most_slices = 64 };

typedef struct row_slices {
  int64_t rows, step, count;
} row_slices;

static inline row_slices slices_of(int64_t rows) {
  int64_t step = (rows + fitting_most_slices - 1) / fitting_most_slices;
  step = step < fitting_slice_rows ? fitting_slice_rows : (step + 7) / 8 * 8;
  return (row_slices){rows, step, (rows + step - 1) / step};
}

static inline int64_t slice_end(row_slices slices, int64_t index) {
  int64_t end = (index + 1) * slices.step;
  return end < slices.rows ? end : slices.rows;
}

static inline int64_t fitting_element_size(vitro_dtype type) { return type == vitro_float64 ? 8 : 4; }

#endif
