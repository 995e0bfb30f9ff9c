#include "include/vitro_optimizers.h"

#include <math.h>

#include "reduce_common.h"

#pragma clang fp contract(fast)

typedef struct sgd_work {
  const vitro_sgd *settings;
  void *parameters;
  const void *gradients;
  void *velocity;
} sgd_work;

typedef struct adam_work {
  const vitro_adam *settings;
  double step_size, correction; // rate / (1 − β₁ᵗ) and √(1 − β₂ᵗ)
  void *parameters;
  const void *gradients;
  void *first, *second;
} adam_work;

#define REDUCE_TEMPLATE "optimizers_template.h"
#include "reduce_types.h"

void vitro_sgd_step(vitro_dtype type, const vitro_sgd *settings, void *parameters, const void *gradients, void *velocity,
                    int64_t count) {
  sgd_work work = {settings, parameters, gradients, settings->momentum == 0 ? 0 : velocity};
  reduce_for_ranges(count, 1, type == vitro_float32 ? sgd_float32 : sgd_float64, &work);
}

void vitro_adam_step(vitro_dtype type, const vitro_adam *settings, void *parameters, const void *gradients, void *first,
                     void *second, int64_t count) {
  double step = (double)settings->step;
  double step_size = settings->rate / (1 - pow(settings->beta1, step));
  double correction = sqrt(1 - pow(settings->beta2, step));
  adam_work work = {settings, step_size, correction, parameters, gradients, first, second};
  reduce_for_ranges(count, 1, type == vitro_float32 ? adam_float32 : adam_float64, &work);
}
