#include "convolution_source.h"

#include "blas.h"

void vitro_source_prepare(convolution_source *s, int64_t *offsets) {
  int64_t top = 0, bottom = 0, left = 0, right = 0;
  for (int64_t t = 0; t < s->taps; t++) {
    top = t == 0 ? s->dy[t] : smaller(top, s->dy[t]);
    bottom = t == 0 ? s->dy[t] : larger(bottom, s->dy[t]);
    left = t == 0 ? s->dx[t] : smaller(left, s->dx[t]);
    right = t == 0 ? s->dx[t] : larger(right, s->dx[t]);
  }
  s->top = top;
  s->left = left;
  s->in_place = s->step_width == 1 && top >= 0 && left >= 0 &&
                (s->rows - 1) * s->step_height + bottom < s->height && s->columns - 1 + right < s->width;
  int64_t pitch;
  if (s->in_place) {
    pitch = s->width;
    s->channel_step = s->height * s->width;
    s->region_elements = 0;
  } else {
    s->region_rows = (s->band_rows - 1) * s->step_height + bottom - top + 1;
    s->region_columns = ceiling((s->columns - 1) * s->step_width + right - left + 1, s->step_width);
    pitch = s->region_columns * s->step_width;
    s->channel_step = s->region_rows * pitch;
    s->region_elements = s->channels * s->channel_step;
  }
  s->row_step = s->step_height * pitch;
  for (int64_t t = 0; t < s->taps; t++) {
    int64_t x = s->dx[t] - left, dealt = s->in_place ? x : x % s->step_width * s->region_columns + x / s->step_width;
    offsets[t] = (s->dy[t] - top) * pitch + dealt;
  }
}

tap_places vitro_source_places(const convolution_source *s, int64_t first_row) {
  return (tap_places){.dy = s->dy, .dx = s->dx, .first_y = first_row * s->step_height, .step_height = s->step_height,
                      .step_width = s->step_width, .height = s->height, .width = s->width};
}

const void *vitro_source_read(const convolution_source *s, const convolution_kernels *kernels, vitro_dtype type,
                              const void *planes, int64_t first_row, int64_t rows, void *target) {
  int64_t top = first_row * s->step_height + s->top;
  if (s->in_place) return (const char *)planes + (top * s->width + s->left) * element_size(type);
  region r = {.planes = planes, .channels = s->channels, .height = s->height, .width = s->width, .top = top,
              .left = s->left, .rows = s->region_rows - (s->band_rows - rows) * s->step_height,
              .columns = s->region_columns, .deal = s->step_width, .target = target, .channel_step = s->channel_step};
  kernels->cut(&r);
  return target;
}
