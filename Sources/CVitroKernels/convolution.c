#include "include/vitro_convolution.h"

#include "blas.h"
#include "convolution_plain.h"
#include "correlation.h"
#include "include/vitro_memory.h"

#include <string.h>

/// The taps of a kernel: their rows, columns and flat indices, in one buffer.
typedef struct tap_list {
  int64_t *dy, *dx, *index;
  int64_t bytes;
} tap_list;

static tap_list taps_of(const vitro_window *w) {
  int64_t taps = w->kernel_height * w->kernel_width;
  tap_list list = {.bytes = 3 * taps * (int64_t)sizeof(int64_t)};
  list.dy = vitro_allocate(list.bytes);
  list.dx = list.dy + taps;
  list.index = list.dx + taps;
  return list;
}

void vitro_convolve(vitro_dtype type, const vitro_window *w, const void *x, const void *filters, const void *bias,
                    void *out) {
  int64_t taps = w->kernel_height * w->kernel_width, channels = w->in_channels / larger(w->groups, 1);
  if (w->batch * w->out_channels * w->out_height * w->out_width <= 0) return;
  tap_list list = taps_of(w);
  bool done = false;
  if (list.dy) {
    for (int64_t t = 0; t < taps; t++) {
      list.dy[t] = t / w->kernel_width * w->dilation_height - w->padding_top;
      list.dx[t] = t % w->kernel_width * w->dilation_width - w->padding_left;
      list.index[t] = t;
    }
    correlation c = {
        .type = type, .batch = w->batch, .groups = w->groups, .images = x, .bias = bias,
        .source = {.channels = channels, .height = w->height, .width = w->width, .rows = w->out_height,
                   .columns = w->out_width, .step_height = w->stride_height, .step_width = w->stride_width,
                   .taps = taps, .dy = list.dy, .dx = list.dx},
        .filters = filters, .filter_group_step = w->out_channels / w->groups * channels * taps,
        .filter_channel_step = channels * taps, .filter_source_step = taps, .tap_indices = list.index, .target = out,
        .target_channels = w->out_channels / w->groups, .target_height = w->out_height, .target_width = w->out_width,
        .row_stride = 1, .column_stride = 1};
    done = vitro_correlate(&c);
    vitro_release(list.dy, list.bytes);
  }
  if (!done) vitro_convolve_plainly(type, w, x, filters, bias, out);
}

// Pixel (y, x) of the input meets the taps with y + padding ≡ dilation·tap mod stride. The pixels of one residue are a
// correlation of gy, at a stride of 1, with the taps of that residue.
static bool correlate_residue(const vitro_window *w, correlation *c, tap_list list, int64_t row, int64_t column) {
  convolution_source *s = &c->source;
  s->taps = 0;
  for (int64_t t = 0; t < w->kernel_height * w->kernel_width; t++) {
    int64_t y = row + w->padding_top - t / w->kernel_width * w->dilation_height;
    int64_t x = column + w->padding_left - t % w->kernel_width * w->dilation_width;
    if (y % w->stride_height != 0 || x % w->stride_width != 0) continue;
    list.dy[s->taps] = y / w->stride_height;
    list.dx[s->taps] = x / w->stride_width;
    list.index[s->taps] = t;
    s->taps += 1;
  }
  s->rows = ceiling(w->height - row, w->stride_height);
  s->columns = ceiling(w->width - column, w->stride_width);
  c->first_row = row;
  c->first_column = column;
  return vitro_correlate(c);
}

void vitro_convolve_gradient_input(vitro_dtype type, const vitro_window *w, const void *filters, const void *gy,
                                   void *gx) {
  int64_t taps = w->kernel_height * w->kernel_width, channels = w->in_channels / larger(w->groups, 1);
  if (w->batch * w->in_channels * w->height * w->width <= 0) return;
  tap_list list = taps_of(w);
  bool done = list.dy != NULL;
  if (done) {
    correlation c = {
        .type = type, .batch = w->batch, .groups = w->groups, .images = gy,
        .source = {.channels = w->out_channels / w->groups, .height = w->out_height, .width = w->out_width,
                   .step_height = 1, .step_width = 1, .dy = list.dy, .dx = list.dx},
        .filters = filters, .filter_group_step = w->out_channels / w->groups * channels * taps,
        .filter_channel_step = taps, .filter_source_step = channels * taps, .tap_indices = list.index, .target = gx,
        .target_channels = channels, .target_height = w->height, .target_width = w->width,
        .row_stride = w->stride_height, .column_stride = w->stride_width};
    for (int64_t row = 0; done && row < smaller(w->stride_height, w->height); row++) {
      for (int64_t column = 0; done && column < smaller(w->stride_width, w->width); column++) {
        done = correlate_residue(w, &c, list, row, column);
      }
    }
    vitro_release(list.dy, list.bytes);
  }
  if (!done) vitro_convolve_gradient_input_plainly(type, w, filters, gy, gx);
}
