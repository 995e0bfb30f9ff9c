#include "convolution_plain.h"

#include <string.h>

/// A walk over every product of a convolution: filter element `f` carries pixel `x` to `y`, flat indices all.
typedef void (*visitor)(void *context, int64_t x, int64_t f, int64_t y);

static void visit_channel(const vitro_window *w, int64_t image, int64_t o, int64_t c, visitor visit, void *context) {
  int64_t channels = w->in_channels / w->groups;
  int64_t source = image * w->in_channels + o / (w->out_channels / w->groups) * channels + c;
  for (int64_t i = 0; i < w->out_height; i++) {
    for (int64_t j = 0; j < w->out_width; j++) {
      int64_t y = ((image * w->out_channels + o) * w->out_height + i) * w->out_width + j;
      for (int64_t a = 0; a < w->kernel_height; a++) {
        int64_t row = i * w->stride_height - w->padding_top + a * w->dilation_height;
        if (row < 0 || row >= w->height) continue;
        for (int64_t b = 0; b < w->kernel_width; b++) {
          int64_t column = j * w->stride_width - w->padding_left + b * w->dilation_width;
          if (column < 0 || column >= w->width) continue;
          visit(context, (source * w->height + row) * w->width + column,
                ((o * channels + c) * w->kernel_height + a) * w->kernel_width + b, y);
        }
      }
    }
  }
}

static void visit_all(const vitro_window *w, visitor visit, void *context) {
  for (int64_t image = 0; image < w->batch; image++) {
    for (int64_t o = 0; o < w->out_channels; o++) {
      for (int64_t c = 0; c < w->in_channels / w->groups; c++) visit_channel(w, image, o, c, visit, context);
    }
  }
}

/// The arrays of a visit, each either read or added to.
typedef struct arrays {
  const void *x, *f, *y;
  void *target;
} arrays;

#define VITRO_PLAIN(real)                                                                                              \
  static void forward_##real(void *context, int64_t x, int64_t f, int64_t y) {                                         \
    const arrays *a = context;                                                                                         \
    ((real *)a->target)[y] += ((const real *)a->x)[x] * ((const real *)a->f)[f];                                       \
  }                                                                                                                    \
  static void input_##real(void *context, int64_t x, int64_t f, int64_t y) {                                           \
    const arrays *a = context;                                                                                         \
    ((real *)a->target)[x] += ((const real *)a->y)[y] * ((const real *)a->f)[f];                                       \
  }                                                                                                                    \
  static void filters_##real(void *context, int64_t x, int64_t f, int64_t y) {                                         \
    const arrays *a = context;                                                                                         \
    ((real *)a->target)[f] += ((const real *)a->y)[y] * ((const real *)a->x)[x];                                       \
  }                                                                                                                    \
  static void start_##real(const vitro_window *w, const real *bias, real *out) {                                       \
    int64_t pixels = w->out_height * w->out_width;                                                                     \
    for (int64_t i = 0; i < w->batch * w->out_channels * pixels; i++) {                                                \
      out[i] = bias ? bias[i / pixels % w->out_channels] : 0;                                                          \
    }                                                                                                                  \
  }                                                                                                                    \
  static void bias_##real(const vitro_window *w, const real *gy, real *gbias) {                                        \
    int64_t pixels = w->out_height * w->out_width;                                                                     \
    for (int64_t o = 0; o < w->out_channels; o++) gbias[o] = 0;                                                        \
    for (int64_t i = 0; i < w->batch * w->out_channels * pixels; i++) gbias[i / pixels % w->out_channels] += gy[i];    \
  }
VITRO_PLAIN(float)
VITRO_PLAIN(double)
#undef VITRO_PLAIN

static size_t bytes_of(vitro_dtype type, int64_t count) { return (size_t)count * (type == vitro_float64 ? 8 : 4); }

void vitro_convolve_plainly(vitro_dtype type, const vitro_window *w, const void *x, const void *filters,
                            const void *bias, void *out) {
  arrays a = {.x = x, .f = filters, .target = out};
  if (type == vitro_float64) {
    start_double(w, bias, out);
  } else {
    start_float(w, bias, out);
  }
  visit_all(w, type == vitro_float64 ? forward_double : forward_float, &a);
}

void vitro_convolve_gradient_input_plainly(vitro_dtype type, const vitro_window *w, const void *filters,
                                           const void *gy, void *gx) {
  arrays a = {.f = filters, .y = gy, .target = gx};
  memset(gx, 0, bytes_of(type, w->batch * w->in_channels * w->height * w->width));
  visit_all(w, type == vitro_float64 ? input_double : input_float, &a);
}

void vitro_convolve_gradient_filters_plainly(vitro_dtype type, const vitro_window *w, const void *x, const void *gy,
                                             void *gfilters, void *gbias) {
  arrays a = {.x = x, .y = gy, .target = gfilters};
  int64_t taps = w->kernel_height * w->kernel_width;
  memset(gfilters, 0, bytes_of(type, w->out_channels * (w->in_channels / w->groups) * taps));
  visit_all(w, type == vitro_float64 ? filters_double : filters_float, &a);
  if (!gbias) return;
  if (type == vitro_float64) {
    bias_double(w, gy, gbias);
  } else {
    bias_float(w, gy, gbias);
  }
}
