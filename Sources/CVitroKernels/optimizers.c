#include "optimizers.h"

#include <math.h>

#include "reduce_common.h"

#pragma clang fp contract(fast)

#define REDUCE_TEMPLATE "optimizers_template.h"
#include "reduce_types.h"

void vitro_adam_correct(vitro_adam_work *work, double rate, int64_t step) {
  work->step_size = rate / (1 - pow(work->settings->beta1, (double)step));
  work->correction = sqrt(1 - pow(work->settings->beta2, (double)step));
}

void vitro_sgd_range(vitro_dtype type, vitro_sgd_work *work, int64_t start, int64_t end) {
  (type == vitro_float32 ? sgd_float32 : sgd_float64)(work, start, end);
}

void vitro_adam_range(vitro_dtype type, vitro_adam_work *work, int64_t start, int64_t end) {
  (type == vitro_float32 ? adam_float32 : adam_float64)(work, start, end);
}

void vitro_sgd_step(vitro_dtype type, const vitro_sgd *settings, void *parameters, const void *gradients, void *velocity,
                    int64_t count) {
  vitro_sgd_work work = {settings, parameters, gradients, settings->momentum == 0 ? 0 : velocity};
  reduce_for_ranges(count, 1, type == vitro_float32 ? sgd_float32 : sgd_float64, &work);
}

void vitro_adam_step(vitro_dtype type, const vitro_adam *settings, void *parameters, const void *gradients, void *first,
                     void *second, int64_t count) {
  vitro_adam_work work = {settings, 0, 0, parameters, gradients, first, second};
  vitro_adam_correct(&work, settings->rate, settings->step);
  reduce_for_ranges(count, 1, type == vitro_float32 ? adam_float32 : adam_float64, &work);
}
