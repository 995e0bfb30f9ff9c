#include "include/vitro_recurrent.h"

#include "kernels.h"
#include "reduce_common.h"
#include "reduce_math.h"

// What the loops over rows read and write; a cell uses the fields it needs.
typedef struct lstm_work {
  int64_t width;
  void *gates;
  const void *activations, *c0, *c, *gh, *gc;
  void *h_out, *c_out, *ggates, *gc0;
} lstm_work;

typedef struct gru_work {
  int64_t width;
  const void *x, *hh, *h0, *activations, *gh;
  void *h_out, *activations_out, *gx, *ghh, *gh0;
} gru_work;

#define REDUCE_TEMPLATE "recurrent_template.h"
#include "reduce_types.h"

// An element with five exponentials weighs more than one that is added.
enum { work_per_element = 16 };

void vitro_lstm_cell(vitro_dtype type, void *gates, const void *c0, void *h, void *c, int64_t rows, int64_t width) {
  lstm_work work = {.width = width, .gates = gates, .c0 = c0, .h_out = h, .c_out = c};
  reduce_for_ranges(rows, width * work_per_element, type == vitro_float32 ? lstm_float32 : lstm_float64, &work);
}

void vitro_lstm_cell_gradient(vitro_dtype type, const void *activations, const void *c0, const void *c, const void *gh,
                              const void *gc, void *ggates, void *gc0, int64_t rows, int64_t width) {
  lstm_work work = {.width = width, .activations = activations, .c0 = c0, .c = c, .gh = gh, .gc = gc,
                    .ggates = ggates, .gc0 = gc0};
  reduce_range_body body = type == vitro_float32 ? lstm_gradient_float32 : lstm_gradient_float64;
  reduce_for_ranges(rows, width * work_per_element, body, &work);
}

void vitro_gru_cell(vitro_dtype type, const void *x, const void *hh, const void *h0, void *h, void *activations,
                    int64_t rows, int64_t width) {
  gru_work work = {.width = width, .x = x, .hh = hh, .h0 = h0, .h_out = h, .activations_out = activations};
  reduce_for_ranges(rows, width * work_per_element, type == vitro_float32 ? gru_float32 : gru_float64, &work);
}

void vitro_gru_cell_gradient(vitro_dtype type, const void *activations, const void *hh, const void *h0, const void *gh,
                             void *gx, void *ghh, void *gh0, int64_t rows, int64_t width) {
  gru_work work = {.width = width, .activations = activations, .hh = hh, .h0 = h0, .gh = gh,
                   .gx = gx, .ghh = ghh, .gh0 = gh0};
  reduce_range_body body = type == vitro_float32 ? gru_gradient_float32 : gru_gradient_float64;
  reduce_for_ranges(rows, width * work_per_element, body, &work);
}
