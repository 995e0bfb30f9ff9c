#ifndef VITRO_PRIVATE_OPTIMIZERS_H
#define VITRO_PRIVATE_OPTIMIZERS_H

#include "include/vitro_optimizers.h"

// What the steps do to a range of elements, on the calling thread: for loops that keep parameters in an order of their own.

typedef struct vitro_sgd_work {
  const vitro_sgd *settings;
  void *parameters;
  const void *gradients;
  void *velocity; ///< NULL without momentum
} vitro_sgd_work;

typedef struct vitro_adam_work {
  const vitro_adam *settings;
  double step_size, correction; ///< rate / (1 − β₁ᵗ) and √(1 − β₂ᵗ)
  void *parameters;
  const void *gradients;
  void *first, *second;
} vitro_adam_work;

/// Puts in what follows from rate, betas and the step's number.
void vitro_adam_correct(vitro_adam_work *work, double rate, int64_t step);

void vitro_sgd_range(vitro_dtype type, vitro_sgd_work *work, int64_t start, int64_t end);
void vitro_adam_range(vitro_dtype type, vitro_adam_work *work, int64_t start, int64_t end);

#endif
