#include "unary.h"
#include "kernels.h"

// Splits contiguous arrays over the pool.

typedef struct unary_job {
  vitro_unary op;
  vitro_dtype type;
  const void *x, *y, *gy;
  void *out;
  double a, b;
} unary_job;

static void apply_range(const void *context, int64_t begin, int64_t end) {
  const unary_job *job = context;
  int64_t count = end - begin;
  if (job->type == vitro_float32) {
    vitro_unary_range_f32(job->op, (const float *)job->x + begin, (float *)job->out + begin, count, (float)job->a,
                          (float)job->b);
  } else {
    vitro_unary_range_f64(job->op, (const double *)job->x + begin, (double *)job->out + begin, count, job->a, job->b);
  }
}

static void gradient_range(const void *context, int64_t begin, int64_t end) {
  const unary_job *job = context;
  int64_t count = end - begin;
  if (job->type == vitro_float32) {
    vitro_unary_gradient_range_f32(job->op, (const float *)job->x + begin, (const float *)job->y + begin,
                                   (const float *)job->gy + begin, (float *)job->out + begin, count, (float)job->a,
                                   (float)job->b);
  } else {
    vitro_unary_gradient_range_f64(job->op, (const double *)job->x + begin, (const double *)job->y + begin,
                                   (const double *)job->gy + begin, (double *)job->out + begin, count, job->a, job->b);
  }
}

void vitro_apply_unary(vitro_unary op, vitro_dtype type, const void *x, void *out, int64_t count, double a, double b) {
  unary_job job = {.op = op, .type = type, .x = x, .out = out, .a = a, .b = b};
  vitro_parallel_ranges(count, apply_range, &job);
}

void vitro_apply_unary_gradient(vitro_unary op, vitro_dtype type, const void *x, const void *y, const void *gy,
                                void *gx, int64_t count, double a, double b) {
  unary_job job = {.op = op, .type = type, .x = x, .y = y, .gy = gy, .out = gx, .a = a, .b = b};
  vitro_parallel_ranges(count, gradient_range, &job);
}
