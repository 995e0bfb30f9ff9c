#ifndef VITRO_PRIVATE_COMPOSITION_SOFTMAX_H
#define VITRO_PRIVATE_COMPOSITION_SOFTMAX_H

#include "include/vitro_composition.h"
#include "kernels.h"
#include "vector_math.h"

// A batch goes through in tiles of pairs that stay in the second cache. Rows of logits are padded to whole vectors: BLAS
// takes half as long again for 31 columns as for 32.

enum { tile_pairs = 192, lanes = 16 };

// Everything that takes vectors is inlined: no call depends on how they are passed.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float vector16 __attribute__((ext_vector_type(16)));

VITRO_INLINE int64_t padded(int64_t count) { return (count + lanes - 1) / lanes * lanes; }

typedef float vector8 __attribute__((ext_vector_type(8)));
typedef float vector4 __attribute__((ext_vector_type(4)));

VITRO_INLINE vector8 low_half(vector16 x) { return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7); }
VITRO_INLINE vector8 high_half(vector16 x) { return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15); }

VITRO_INLINE float lane_sum(vector16 x) {
  vector8 a = low_half(x) + high_half(x);
  vector4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[1]) + (b[2] + b[3]);
}

VITRO_INLINE float lane_largest(vector16 x) {
  vector8 low = low_half(x), high = high_half(x), a = low > high ? low : high;
  vector4 first = __builtin_shufflevector(a, a, 0, 1, 2, 3), last = __builtin_shufflevector(a, a, 4, 5, 6, 7);
  vector4 b = first > last ? first : last;
  float c = b[0] > b[1] ? b[0] : b[1], d = b[2] > b[3] ? b[2] : b[3];
  return c > d ? c : d;
}

/// What became of a tile of logits: in the rows are exponentials of their distance from the largest, 0 for the answer.
typedef struct exponentials {
  float answer[tile_pairs]; ///< The answer's.
  float others[tile_pairs]; ///< The sum over all but the answer.
  float behind[tile_pairs]; ///< The largest logit minus the answer's.
  double loss[tile_pairs];  ///< −log softmax at the answer.
} exponentials;

VITRO_INLINE void exponentiate(int64_t order, const vitro_composition_pairs *pairs, int64_t start, int64_t count,
                               float *logits, exponentials *found) {
  int64_t columns = padded(order), vectors = columns / lanes;
  for (int64_t i = 0; i < count; i++) {
    float *row = logits + i * columns;
    vector16 *values = (vector16 *)row;
    for (int64_t j = order; j < columns; j++) row[j] = -INFINITY;
    vector16 most = values[0];
    for (int64_t v = 1; v < vectors; v++) most = values[v] > most ? values[v] : most;
    float largest = lane_largest(most);
    found->behind[i] = largest - row[pairs->product[start + i]];
    for (int64_t v = 0; v < vectors; v++) values[v] -= largest;
  }
  VITRO_VECTOR_LOOP
  for (int64_t j = 0; j < count * columns; j++) logits[j] = exp_f32(logits[j]);
  for (int64_t i = 0; i < count; i++) {
    float *row = logits + i * columns, *answer = row + pairs->product[start + i];
    found->answer[i] = *answer;
    *answer = 0;
    const vector16 *values = (const vector16 *)row;
    vector16 sum = values[0];
    for (int64_t v = 1; v < vectors; v++) sum += values[v];
    found->others[i] = lane_sum(sum);
  }
  // log(1 + others/answer) keeps its digits however small it is; where the answer's exponential has left the range, the
  // largest is among the others.
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    double others = (double)found->others[i], answer = (double)found->answer[i];
    bool inside = found->behind[i] < 60;
    double log = log1p_f64(inside ? others / answer : others - 1);
    found->loss[i] = inside ? log : (double)found->behind[i] + log;
  }
}

#endif
