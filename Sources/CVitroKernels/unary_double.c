#include "unary.h"
#include "vector_math.h"

#include "template_double.h"

#include "activations_template.h"

static void loop_sin_f64(const double *input, double *out, int64_t count, double a, double b) {
  (void)a, (void)b;
  for (int64_t i = 0; i < count; i++) out[i] = sin(input[i]);
}

static void loop_cos_f64(const double *input, double *out, int64_t count, double a, double b) {
  (void)a, (void)b;
  for (int64_t i = 0; i < count; i++) out[i] = cos(input[i]);
}

static void loop_tan_f64(const double *input, double *out, int64_t count, double a, double b) {
  (void)a, (void)b;
  for (int64_t i = 0; i < count; i++) out[i] = tan(input[i]);
}

#include "unary_loops_template.h"
