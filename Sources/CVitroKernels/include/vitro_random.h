#ifndef VITRO_RANDOM_H
#define VITRO_RANDOM_H

#include "vitro_types.h"

// Philox4x32-10 (Salmon et al., 2011). The key is the 64-bit seed; the 128-bit counter is (block index, stream): so any
// piece of any stream can be computed alone, and numbers never depend on threads or on the order of calls.
// `first` counts elements of the stream, so that two calls (0, n) and (n, m) give what one call (0, n + m) gives.

/// out[i] = the `first + i`-th 32-bit word of the stream.
void vitro_random_words(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *out, int64_t count);

/// Uniform on [low, high): 24 random bits for float32, 53 for float64 (two words an element).
void vitro_random_uniform(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double low, double high,
                          void *out, int64_t count);

/// Normal by the inverse of the distribution function of one uniform (53 bits for float64, 32 for float32), so that
/// element i depends on nothing but (seed, stream, first + i).
void vitro_random_normal(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double mean, double deviation,
                         void *out, int64_t count);

/// Normal conditioned on [low, high], by the inverse of the distribution function.
void vitro_random_truncated_normal(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double mean,
                                   double deviation, double low, double high, void *out, int64_t count);

/// out[i] = 1 with the given probability, else 0.
void vitro_random_bernoulli(uint64_t seed, uint64_t stream, uint64_t first, double probability, uint8_t *out,
                            int64_t count);

/// Inverted dropout: out[i] = keep_i ? x[i] / (1 − probability) : 0, with keep_i as `vitro_random_bernoulli(1 − probability)`.
/// The gradient is the same call on the gradient.
void vitro_dropout(vitro_dtype type, uint64_t seed, uint64_t stream, uint64_t first, double probability, const void *x,
                   void *out, int64_t count);

#endif
