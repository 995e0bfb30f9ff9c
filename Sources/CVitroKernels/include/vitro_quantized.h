#ifndef VITRO_QUANTIZED_H
#define VITRO_QUANTIZED_H

#include "vitro_types.h"

/// ggml's block quantizations. Each block holds a scale, for some an offset, and a few bits for each of its elements; the K
/// formats gather blocks into super-blocks of 256 elements whose scales are quantized too.
typedef enum vitro_quantization {
  vitro_q4_0 = 0,
  vitro_q4_1 = 1,
  vitro_q5_0 = 2,
  vitro_q5_1 = 3,
  vitro_q8_0 = 4,
  vitro_q2_k = 5,
  vitro_q3_k = 6,
  vitro_q4_k = 7,
  vitro_q5_k = 8,
  vitro_q6_k = 9,
  vitro_q8_k = 10,
} vitro_quantization;

/// The elements that one block holds.
int64_t vitro_quantized_block_length(vitro_quantization type);

/// The bytes that one block takes.
int64_t vitro_quantized_block_bytes(vitro_quantization type);

/// out = the values of `count` blocks, wherever they lie, as float32 or float64. The arithmetic is in float32, one rounding for
/// each operation, as in ggml's reference; float64 holds the same values.
void vitro_dequantize(vitro_quantization type, vitro_dtype to, const void *blocks, void *out, int64_t count);

/// out[i] = scales[i / group]·values[i] for `groups` groups of `group` elements, as float32 or float64: the quantization of
/// llama2.c. `scales` may lie anywhere.
void vitro_dequantize_groups(vitro_dtype to, const int8_t *values, const void *scales, int64_t group, void *out,
                             int64_t groups);

#endif
