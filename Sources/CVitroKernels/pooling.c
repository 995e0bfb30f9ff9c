#include "include/vitro_convolution.h"

#include "blas.h"
#include "clones.h"
#include "include/vitro_threads.h"

#include <string.h>

// A plane (one channel of one image) is worked by one task, small planes several to a task. Windows of 2×2 at a stride
// of 2 that lie wholly inside the plane have loops of their own without bounds.

enum { task_elements = 1 << 15 };

typedef struct pooling {
  const vitro_window *w;
  bool exclude_padding, halves;
  const void *from;
  void *to;
  int32_t *positions;
  int64_t planes, planes_per_task;
} pooling;

static pooling prepare(const vitro_window *w) {
  pooling p = {.w = w, .planes = w->batch * w->in_channels};
  p.halves = w->kernel_height == 2 && w->kernel_width == 2 && w->stride_height == 2 && w->stride_width == 2 &&
             w->padding_top == 0 && w->padding_left == 0 && w->dilation_height == 1 && w->dilation_width == 1 &&
             w->out_height * 2 <= w->height && w->out_width * 2 <= w->width;
  p.planes_per_task = larger(1, task_elements / larger(1, w->height * w->width));
  return p;
}

/// The taps of a window that lie inside the image along one axis, and where the first one is.
typedef struct clip {
  int64_t start, count;
} clip;

static inline clip clip_window(int64_t origin, int64_t taps, int64_t dilation, int64_t length) {
  int64_t first = origin >= 0 ? 0 : ceiling(-origin, dilation);
  int64_t end = origin >= length ? 0 : smaller(taps, ceiling(length - origin, dilation));
  return (clip){origin + first * dilation, larger(0, end - first)};
}

static inline clip clip_rows(const vitro_window *w, int64_t i) {
  return clip_window(i * w->stride_height - w->padding_top, w->kernel_height, w->dilation_height, w->height);
}

static inline clip clip_columns(const vitro_window *w, int64_t j) {
  return clip_window(j * w->stride_width - w->padding_left, w->kernel_width, w->dilation_width, w->width);
}

#define VITRO_POOL(real, index)                                                                                        \
  VITRO_CLONES static void max_halves_##real(const vitro_window *w, const real *x, real *out, int32_t *positions) {    \
    for (int64_t i = 0; i < w->out_height; i++) {                                                                      \
      const real *top = x + 2 * i * w->width, *bottom = top + w->width;                                                \
      for (int64_t j = 0; j < w->out_width; j++) {                                                                     \
        real a = top[2 * j], b = top[2 * j + 1], c = bottom[2 * j], d = bottom[2 * j + 1];                             \
        index at = 2 * i * w->width + 2 * j, at_b = at + 1, at_c = at + w->width, at_d = at_c + 1;                     \
        /* A later element wins when it is larger, or the first NaN: !(b <= a) with a itself no NaN. */               \
        bool later = !(b <= a) & (a == a);                                                                             \
        a = later ? b : a, at = later ? at_b : at;                                                                     \
        later = !(c <= a) & (a == a);                                                                                  \
        a = later ? c : a, at = later ? at_c : at;                                                                     \
        later = !(d <= a) & (a == a);                                                                                  \
        out[j] = later ? d : a, positions[j] = (int32_t)(later ? at_d : at);                                           \
      }                                                                                                                \
      out += w->out_width;                                                                                             \
      positions += w->out_width;                                                                                       \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  VITRO_CLONES static void max_halves_gradient_##real(const vitro_window *w, const int32_t *positions, const real *gy, \
                                                      real *gx) {                                                      \
    for (int64_t i = 0; i < w->out_height; i++) {                                                                      \
      real *top = gx + 2 * i * w->width, *bottom = top + w->width;                                                     \
      index first = 2 * i * w->width, width = w->width;                                                                \
      for (int64_t j = 0; j < w->out_width; j++) {                                                                     \
        index offset = positions[j] - (first + 2 * j);                                                                 \
        real g = gy[j];                                                                                                \
        top[2 * j] = offset == 0 ? g : 0;                                                                              \
        top[2 * j + 1] = offset == 1 ? g : 0;                                                                          \
        bottom[2 * j] = offset == width ? g : 0;                                                                       \
        bottom[2 * j + 1] = offset == width + 1 ? g : 0;                                                               \
      }                                                                                                                \
      for (int64_t j = 2 * w->out_width; j < w->width; j++) top[j] = bottom[j] = 0;                                    \
      gy += w->out_width;                                                                                              \
      positions += w->out_width;                                                                                       \
    }                                                                                                                  \
    int64_t rest = (w->height - 2 * w->out_height) * w->width;                                                         \
    memset(gx + 2 * w->out_height * w->width, 0, (size_t)rest * sizeof(real));                                         \
  }                                                                                                                    \
                                                                                                                       \
  VITRO_CLONES static void average_halves_##real(const vitro_window *w, const real *x, real *out) {                    \
    for (int64_t i = 0; i < w->out_height; i++) {                                                                      \
      const real *top = x + 2 * i * w->width, *bottom = top + w->width;                                                \
      for (int64_t j = 0; j < w->out_width; j++) {                                                                     \
        out[j] = (real)0.25 * ((top[2 * j] + top[2 * j + 1]) + (bottom[2 * j] + bottom[2 * j + 1]));                   \
      }                                                                                                                \
      out += w->out_width;                                                                                             \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  VITRO_CLONES static void average_halves_gradient_##real(const vitro_window *w, const real *gy, real *gx) {           \
    for (int64_t i = 0; i < w->out_height; i++) {                                                                      \
      real *top = gx + 2 * i * w->width, *bottom = top + w->width;                                                     \
      for (int64_t j = 0; j < w->out_width; j++) {                                                                     \
        top[2 * j] = top[2 * j + 1] = bottom[2 * j] = bottom[2 * j + 1] = (real)0.25 * gy[j];                          \
      }                                                                                                                \
      for (int64_t j = 2 * w->out_width; j < w->width; j++) top[j] = bottom[j] = 0;                                    \
      gy += w->out_width;                                                                                              \
    }                                                                                                                  \
    int64_t rest = (w->height - 2 * w->out_height) * w->width;                                                         \
    memset(gx + 2 * w->out_height * w->width, 0, (size_t)rest * sizeof(real));                                         \
  }                                                                                                                    \
                                                                                                                       \
  static void max_plane_##real(const vitro_window *w, const real *x, real *out, int32_t *positions) {                  \
    for (int64_t i = 0; i < w->out_height; i++) {                                                                      \
      clip rows = clip_rows(w, i);                                                                                     \
      for (int64_t j = 0; j < w->out_width; j++) {                                                                     \
        clip columns = clip_columns(w, j);                                                                             \
        int64_t at = rows.start * w->width + columns.start;                                                            \
        bool any = rows.count > 0 && columns.count > 0;                                                                \
        real best = any ? x[at] : 0;                                                                                   \
        for (int64_t a = 0; any && a < rows.count; a++) {                                                              \
          for (int64_t b = 0; b < columns.count; b++) {                                                                \
            int64_t here = (rows.start + a * w->dilation_height) * w->width + columns.start + b * w->dilation_width;   \
            if (!(x[here] <= best) && best == best) best = x[here], at = here;                                         \
          }                                                                                                            \
        }                                                                                                              \
        *out++ = best;                                                                                                 \
        *positions++ = any ? (int32_t)at : 0;                                                                          \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void average_plane_##real(const vitro_window *w, bool exclude_padding, const real *x, real *out) {            \
    for (int64_t i = 0; i < w->out_height; i++) {                                                                      \
      clip rows = clip_rows(w, i);                                                                                     \
      for (int64_t j = 0; j < w->out_width; j++) {                                                                     \
        clip columns = clip_columns(w, j);                                                                             \
        real sum = 0;                                                                                                  \
        for (int64_t a = 0; a < rows.count; a++) {                                                                     \
          const real *row = x + (rows.start + a * w->dilation_height) * w->width + columns.start;                      \
          for (int64_t b = 0; b < columns.count; b++) sum += row[b * w->dilation_width];                               \
        }                                                                                                              \
        int64_t inside = larger(1, rows.count * columns.count);                                                        \
        *out++ = sum / (real)(exclude_padding ? inside : w->kernel_height * w->kernel_width);                          \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void average_plane_gradient_##real(const vitro_window *w, bool exclude_padding, const real *gy, real *gx) {   \
    memset(gx, 0, (size_t)(w->height * w->width) * sizeof(real));                                                      \
    for (int64_t i = 0; i < w->out_height; i++) {                                                                      \
      clip rows = clip_rows(w, i);                                                                                     \
      for (int64_t j = 0; j < w->out_width; j++) {                                                                     \
        clip columns = clip_columns(w, j);                                                                             \
        int64_t inside = larger(1, rows.count * columns.count);                                                        \
        real share = *gy++ / (real)(exclude_padding ? inside : w->kernel_height * w->kernel_width);                    \
        for (int64_t a = 0; a < rows.count; a++) {                                                                     \
          real *row = gx + (rows.start + a * w->dilation_height) * w->width + columns.start;                           \
          for (int64_t b = 0; b < columns.count; b++) row[b * w->dilation_width] += share;                             \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void max_plane_gradient_##real(const vitro_window *w, const int32_t *positions, const real *gy, real *gx) {   \
    memset(gx, 0, (size_t)(w->height * w->width) * sizeof(real));                                                      \
    for (int64_t i = 0; i < w->out_height * w->out_width; i++) gx[positions[i]] += gy[i];                              \
  }                                                                                                                    \
                                                                                                                       \
  static void max_task_##real(void *context, int64_t task) {                                                           \
    const pooling *p = context;                                                                                        \
    int64_t end = smaller((task + 1) * p->planes_per_task, p->planes);                                                 \
    int64_t large = p->w->height * p->w->width, small = p->w->out_height * p->w->out_width;                            \
    for (int64_t i = task * p->planes_per_task; i < end; i++) {                                                        \
      (p->halves ? max_halves_##real : max_plane_##real)(p->w, (const real *)p->from + i * large,                      \
                                                         (real *)p->to + i * small, p->positions + i * small);         \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void max_gradient_task_##real(void *context, int64_t task) {                                                  \
    const pooling *p = context;                                                                                        \
    int64_t end = smaller((task + 1) * p->planes_per_task, p->planes);                                                 \
    int64_t large = p->w->height * p->w->width, small = p->w->out_height * p->w->out_width;                            \
    for (int64_t i = task * p->planes_per_task; i < end; i++) {                                                        \
      (p->halves ? max_halves_gradient_##real : max_plane_gradient_##real)(                                            \
          p->w, p->positions + i * small, (const real *)p->from + i * small, (real *)p->to + i * large);               \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void average_task_##real(void *context, int64_t task) {                                                       \
    const pooling *p = context;                                                                                        \
    int64_t end = smaller((task + 1) * p->planes_per_task, p->planes);                                                 \
    int64_t large = p->w->height * p->w->width, small = p->w->out_height * p->w->out_width;                            \
    for (int64_t i = task * p->planes_per_task; i < end; i++) {                                                        \
      const real *x = (const real *)p->from + i * large;                                                               \
      real *out = (real *)p->to + i * small;                                                                           \
      if (p->halves) {                                                                                                 \
        average_halves_##real(p->w, x, out);                                                                           \
      } else {                                                                                                         \
        average_plane_##real(p->w, p->exclude_padding, x, out);                                                        \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static void average_gradient_task_##real(void *context, int64_t task) {                                              \
    const pooling *p = context;                                                                                        \
    int64_t end = smaller((task + 1) * p->planes_per_task, p->planes);                                                 \
    int64_t large = p->w->height * p->w->width, small = p->w->out_height * p->w->out_width;                            \
    for (int64_t i = task * p->planes_per_task; i < end; i++) {                                                        \
      const real *gy = (const real *)p->from + i * small;                                                              \
      real *gx = (real *)p->to + i * large;                                                                            \
      if (p->halves) {                                                                                                 \
        average_halves_gradient_##real(p->w, gy, gx);                                                                  \
      } else {                                                                                                         \
        average_plane_gradient_##real(p->w, p->exclude_padding, gy, gx);                                               \
      }                                                                                                                \
    }                                                                                                                  \
  }

VITRO_POOL(float, int32_t)
VITRO_POOL(double, int64_t)
#undef VITRO_POOL

static void run(const pooling *p, vitro_task body) {
  if (p->planes > 0) vitro_parallel(ceiling(p->planes, p->planes_per_task), body, (void *)p);
}

void vitro_max_pool(vitro_dtype type, const vitro_window *w, const void *x, void *out, int32_t *positions) {
  pooling p = prepare(w);
  p.from = x;
  p.to = out;
  p.positions = positions;
  run(&p, type == vitro_float64 ? max_task_double : max_task_float);
}

void vitro_max_pool_gradient(vitro_dtype type, const vitro_window *w, const int32_t *positions, const void *gy,
                             void *gx) {
  pooling p = prepare(w);
  p.from = gy;
  p.to = gx;
  p.positions = (int32_t *)positions;
  run(&p, type == vitro_float64 ? max_gradient_task_double : max_gradient_task_float);
}

void vitro_average_pool(vitro_dtype type, const vitro_window *w, bool exclude_padding, const void *x, void *out) {
  pooling p = prepare(w);
  p.exclude_padding = exclude_padding;
  p.from = x;
  p.to = out;
  run(&p, type == vitro_float64 ? average_task_double : average_task_float);
}

void vitro_average_pool_gradient(vitro_dtype type, const vitro_window *w, bool exclude_padding, const void *gy,
                                 void *gx) {
  pooling p = prepare(w);
  p.exclude_padding = exclude_padding;
  p.from = gy;
  p.to = gx;
  run(&p, type == vitro_float64 ? average_gradient_task_double : average_gradient_task_float);
}
