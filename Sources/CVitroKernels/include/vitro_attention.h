#ifndef VITRO_ATTENTION_H
#define VITRO_ATTENTION_H

#include "vitro_types.h"

// Multi-head attention over sequences of different lengths that lie one after the other, without padding. float32 and
// float64. Several query heads may share one head of keys and values. Earlier keys and values of a sequence may lie
// elsewhere: the past.

/// One sequence: its rows among the queries, among the keys and values, and among those of the past.
typedef struct vitro_attention_sequence {
  int64_t first_query, queries;
  int64_t first_key, keys;
  int64_t first_past, past;
} vitro_attention_sequence;

typedef struct vitro_attention {
  vitro_dtype type;
  int64_t heads, key_heads, width;
  const void *queries;                   ///< [rows, heads, width]
  const void *keys, *values;             ///< [rows, key_heads, width]
  const void *past_keys, *past_values;   ///< Alike, or NULL.
  double scale;                          ///< Of the products of queries and keys.
  double cap;                            ///< Scores become cap · tanh(score/cap) where it is above 0; `vitro_attend` alone.
  bool causal;                           ///< Whether a query sees no key after its own; the last query's is the last key.
  int64_t window;                        ///< How many of the last keys it sees, itself included; 0 for all.
  const vitro_attention_sequence *sequences;
  int64_t count;
  int64_t longest_queries, longest_keys; ///< Over all sequences; keys count the past.
} vitro_attention;

/// out [rows, heads, width] = softmax(scale · q·kᵀ) · v, with no more than blocks of the pattern in memory. False when memory is short.
bool vitro_attend(const vitro_attention *attention, void *out);

/// scores [count, heads, longest_queries, longest_keys] = scale · q·kᵀ; −∞ where a query does not see a key, if `masked`, and
/// outside of each sequence in any case.
void vitro_attention_scores(const vitro_attention *attention, bool masked, void *scores);
/// Writes −∞ where a query does not see a key, and outside of each sequence.
void vitro_attention_mask(const vitro_attention *attention, double value, void *scores);
/// The gradients of queries and keys (NULL where not wanted), which start as zeros, from that of the scores.
void vitro_attention_scores_gradient(const vitro_attention *attention, const void *gradient, void *queries, void *keys);

/// out [rows, heads, width] = pattern · v.
void vitro_attention_values(const vitro_attention *attention, const void *pattern, void *out);
/// The gradients of pattern and values (NULL where not wanted), which start as zeros, from that of the output.
void vitro_attention_values_gradient(const vitro_attention *attention, const void *pattern, const void *gradient,
                                     void *pattern_gradient, void *values);

/// Turns pairs of features by angles, row by row (rotary positions): x [rows, heads, width], cosines and sines [rows, turned/2].
/// A pair is (i, i + turned/2), or (2i, 2i + 1) when `adjacent`; the features from `turned` on stay. A `sign` of −1 turns back.
void vitro_rotate(vitro_dtype type, const void *x, const void *cosines, const void *sines, void *out, int64_t rows,
                  int64_t heads, int64_t width, int64_t turned, bool adjacent, double sign);

#endif
