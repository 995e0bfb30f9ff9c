#include "include/vitro_quantized.h"

// The values are those of ggml's reference, which rounds each product before it adds.
#pragma STDC FP_CONTRACT OFF

#include "quantized_blocks.h"

// A block's elements fill the vectors; left alone, the compiler would gather across blocks instead, twenty times slower.
#define ONE_BLOCK_AT_A_TIME _Pragma("clang loop vectorize(disable) unroll(disable)")

#define DEQUANTIZATION(type, length)                                                                                   \
  VITRO_CLONES static void type##_to_float32(const void *source, void *result, int64_t count) {                        \
    const block_##type *blocks = source;                                                                               \
    float *out = result;                                                                                               \
    ONE_BLOCK_AT_A_TIME                                                                                                \
    for (int64_t b = 0; b < count; b++) widen_##type(blocks + b, out + b * length);                                    \
  }                                                                                                                    \
  VITRO_CLONES static void type##_to_float64(const void *source, void *result, int64_t count) {                        \
    const block_##type *blocks = source;                                                                               \
    double *out = result;                                                                                              \
    float values[length];                                                                                              \
    ONE_BLOCK_AT_A_TIME                                                                                                \
    for (int64_t b = 0; b < count; b++) {                                                                              \
      widen_##type(blocks + b, values);                                                                                \
      for (int i = 0; i < length; i++) out[b * length + i] = values[i];                                                \
    }                                                                                                                  \
  }

DEQUANTIZATION(q4_0, vitro_small_block)
DEQUANTIZATION(q4_1, vitro_small_block)
DEQUANTIZATION(q5_0, vitro_small_block)
DEQUANTIZATION(q5_1, vitro_small_block)
DEQUANTIZATION(q8_0, vitro_small_block)
DEQUANTIZATION(q2_k, vitro_super_block)
DEQUANTIZATION(q3_k, vitro_super_block)
DEQUANTIZATION(q4_k, vitro_super_block)
DEQUANTIZATION(q5_k, vitro_super_block)
DEQUANTIZATION(q6_k, vitro_super_block)
DEQUANTIZATION(q8_k, vitro_super_block)

typedef struct block_format {
  int64_t length, bytes;
  void (*to_float32)(const void *, void *, int64_t);
  void (*to_float64)(const void *, void *, int64_t);
} block_format;

#define FORMAT(type, length)                                                                                           \
  [vitro_##type] = {length, sizeof(block_##type), type##_to_float32, type##_to_float64}

static const block_format formats[] = {
    FORMAT(q4_0, vitro_small_block), FORMAT(q4_1, vitro_small_block), FORMAT(q5_0, vitro_small_block),
    FORMAT(q5_1, vitro_small_block), FORMAT(q8_0, vitro_small_block), FORMAT(q2_k, vitro_super_block),
    FORMAT(q3_k, vitro_super_block), FORMAT(q4_k, vitro_super_block), FORMAT(q5_k, vitro_super_block),
    FORMAT(q6_k, vitro_super_block), FORMAT(q8_k, vitro_super_block),
};

int64_t vitro_quantized_block_length(vitro_quantization type) { return formats[type].length; }

int64_t vitro_quantized_block_bytes(vitro_quantization type) { return formats[type].bytes; }

typedef struct block_job {
  const block_format *format;
  bool doubles;
  const void *blocks;
  void *out;
  int64_t count, piece;
} block_job;

static void dequantize_piece(void *context, int64_t index) {
  const block_job *job = context;
  const block_format *format = job->format;
  int64_t begin = index * job->piece;
  int64_t count = vitro_smaller(job->piece, job->count - begin);
  const void *blocks = vitro_offset(job->blocks, begin * format->bytes);
  void *out = vitro_offset_out(job->out, begin * format->length * (job->doubles ? 8 : 4));
  (job->doubles ? format->to_float64 : format->to_float32)(blocks, out, count);
}

void vitro_dequantize(vitro_quantization type, vitro_dtype to, const void *blocks, void *out, int64_t count) {
  if (count <= 0) return;
  const block_format *format = &formats[type];
  block_job job = {format, to == vitro_float64, blocks, out, count, vitro_grain / format->length};
  vitro_parallel((count + job.piece - 1) / job.piece, dequantize_piece, &job);
}

typedef struct group_job {
  bool doubles;
  const int8_t *values;
  const uint8_t *scales;
  int64_t group;
  void *out;
  int64_t groups, piece;
} group_job;

VITRO_CLONES static void group_to_float32(float scale, const int8_t *values, float *out, int64_t count) {
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) out[i] = scale * (float)values[i];
}

VITRO_CLONES static void group_to_float64(float scale, const int8_t *values, double *out, int64_t count) {
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) out[i] = scale * (float)values[i];
}

static void dequantize_group_piece(void *context, int64_t index) {
  const group_job *job = context;
  int64_t begin = index * job->piece, end = vitro_smaller(begin + job->piece, job->groups);
  for (int64_t g = begin; g < end; g++) {
    float scale = from_bits_f32(word_at(job->scales + 4 * g));
    int64_t first = g * job->group;
    if (job->doubles) {
      group_to_float64(scale, job->values + first, (double *)job->out + first, job->group);
    } else {
      group_to_float32(scale, job->values + first, (float *)job->out + first, job->group);
    }
  }
}

void vitro_dequantize_groups(vitro_dtype to, const int8_t *values, const void *scales, int64_t group, void *out,
                             int64_t groups) {
  if (groups <= 0 || group <= 0) return;
  int64_t piece = group < vitro_grain ? vitro_grain / group : 1;
  group_job job = {to == vitro_float64, values, scales, group, out, groups, piece};
  vitro_parallel((groups + piece - 1) / piece, dequantize_group_piece, &job);
}
