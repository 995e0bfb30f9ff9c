#ifndef VITRO_RECURRENT_H
#define VITRO_RECURRENT_H

#include "vitro_types.h"

// The elementwise halves of recurrent cells; the matrix products are done outside. Gate order is PyTorch's. float32, float64.

/// gates [rows, 4·width] holds the pre-activations i, f, g, o and is replaced by the activations. c = σ(f)·c₀ + σ(i)·tanh(g); h = σ(o)·tanh(c).
void vitro_lstm_cell(vitro_dtype type, void *gates, const void *c0, void *h, void *c, int64_t rows, int64_t width);
/// From the activations, c₀, c, and the gradients of h and c: the gradients of the pre-activations and of c₀.
/// `gh` or `gc` may be NULL, which means zero.
void vitro_lstm_cell_gradient(vitro_dtype type, const void *activations, const void *c0, const void *c, const void *gh,
                              const void *gc, void *ggates, void *gc0, int64_t rows, int64_t width);

/// GRU: x [rows, 3·width] = W_ih·x + b_ih, hh [rows, 3·width] = W_hh·h₀ + b_hh, order r, z, n.
/// r = σ(x_r + hh_r), z = σ(x_z + hh_z), n = tanh(x_n + r·hh_n), h = (1 − z)·n + z·h₀. Keeps r, z, n in `activations` [rows, 3·width].
void vitro_gru_cell(vitro_dtype type, const void *x, const void *hh, const void *h0, void *h, void *activations,
                    int64_t rows, int64_t width);
/// The gradients of x, hh and of h₀ (its direct part only) from the activations, hh, h₀ and gh.
void vitro_gru_cell_gradient(vitro_dtype type, const void *activations, const void *hh, const void *h0, const void *gh,
                             void *gx, void *ghh, void *gh0, int64_t rows, int64_t width);

#endif
