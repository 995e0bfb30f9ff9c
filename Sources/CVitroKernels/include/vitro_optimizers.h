#ifndef VITRO_OPTIMIZERS_H
#define VITRO_OPTIMIZERS_H

#include "vitro_types.h"

// One call updates one contiguous stretch of the flat parameter buffer. float32 and float64.

/// SGD as PyTorch writes it: g += decay·p; v = first ? g : momentum·v + (1 − dampening)·g; g = nesterov ? g + momentum·v : v; p −= rate·g.
/// `velocity` may be NULL when momentum is 0.
typedef struct vitro_sgd {
  double rate, momentum, dampening, decay;
  bool nesterov, first;
} vitro_sgd;
void vitro_sgd_step(vitro_dtype type, const vitro_sgd *settings, void *parameters, const void *gradients, void *velocity,
                    int64_t count);

/// Adam and AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019), bias-corrected by the step's number (from 1):
/// p −= rate·m̂/(√v̂ + ε); decay is added to the gradient, or with `decoupled` taken off the parameter: p −= rate·decay·p first.
typedef struct vitro_adam {
  double rate, beta1, beta2, epsilon, decay;
  bool decoupled;
  int64_t step;
} vitro_adam;
void vitro_adam_step(vitro_dtype type, const vitro_adam *settings, void *parameters, const void *gradients, void *first,
                     void *second, int64_t count);

#endif
