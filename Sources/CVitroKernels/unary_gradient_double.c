#include "unary.h"
#include "vector_math.h"

#include "template_double.h"

#include "activations_template.h"

static void gradient_sin_f64(const double *inputs, const double *outputs, const double *gradients, double *out,
                             int64_t count, double a, double b) {
  (void)outputs, (void)a, (void)b;
  for (int64_t i = 0; i < count; i++) out[i] = gradients[i] * cos(inputs[i]);
}

static void gradient_cos_f64(const double *inputs, const double *outputs, const double *gradients, double *out,
                             int64_t count, double a, double b) {
  (void)outputs, (void)a, (void)b;
  for (int64_t i = 0; i < count; i++) out[i] = -gradients[i] * sin(inputs[i]);
}

#include "unary_gradient_loops_template.h"
