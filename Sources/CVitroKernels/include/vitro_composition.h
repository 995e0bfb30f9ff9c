#ifndef VITRO_COMPOSITION_H
#define VITRO_COMPOSITION_H

#include "vitro_optimizers.h"
#include "vitro_types.h"

// The network of one hidden layer that learns a group's multiplication (Chughtai et al., 2023): the logits of a·b are
// ReLU(E_x[a] + E_y[b])·U with E_x = W_x·W_top and E_y = W_y·W_bottom. float32, softmax cross-entropy over the elements.
// A call works on the calling thread alone: many networks are the parallel axis. The bits depend on the arguments alone.

/// Sizes of the parameters, which lie one after another: W_x [order, embed], W_y [order, embed],
/// W [2·embed, hidden] (the rows of W_top first), U [hidden, order].
typedef struct vitro_composition_shape {
  int64_t order, embed, hidden;
} vitro_composition_shape;

int64_t vitro_composition_parameter_count(const vitro_composition_shape *shape);

/// Pairs of elements and what they multiply to, by number. In order of `left` they are quickest.
typedef struct vitro_composition_pairs {
  const int32_t *left, *right, *product;
  int64_t count;
} vitro_composition_pairs;

/// Trains for `steps` full batches from step `first_step` (counted from 0) on. losses[step] (may be NULL) is the mean
/// cross-entropy before the step. Returns false when memory is short.
bool vitro_composition_train(const vitro_composition_shape *shape, const vitro_composition_pairs *pairs,
                             const vitro_adam *adam, int64_t first_step, int64_t steps, float *parameters,
                             float *first, float *second, double *losses);

/// The gradient of the mean cross-entropy, and it. Returns false when memory is short.
bool vitro_composition_gradient(const vitro_composition_shape *shape, const vitro_composition_pairs *pairs,
                                const float *parameters, float *gradient, double *loss);

/// The folded embeddings: out[0] = E_x, out[1] = E_y, each [order, hidden].
void vitro_composition_fold(const vitro_composition_shape *shape, const float *parameters, float *out);

/// What folded embeddings E_x, E_y [order, hidden] and U [hidden, order] answer: losses[i] (may be NULL) is the
/// cross-entropy of pair i and answers[i] (may be NULL) the first element of the largest logit; hidden [pairs, hidden]
/// and logits [pairs, order] may be NULL. The shape's `embed` does not count. Returns false when memory is short.
bool vitro_composition_evaluate(const vitro_composition_shape *shape, const vitro_composition_pairs *pairs,
                                const float *left, const float *right, const float *unembed, double *losses,
                                int32_t *answers, float *hidden, float *logits);

#endif
