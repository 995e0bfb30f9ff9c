#ifndef VITRO_PRIVATE_QUANTIZED_BLOCKS_H
#define VITRO_PRIVATE_QUANTIZED_BLOCKS_H

#include "half_formats.h"

// Blocks as ggml lays them out, made of bytes alone, since a file may place them anywhere, and what each one's elements are.

enum { vitro_small_block = 32, vitro_super_block = 256 };

typedef struct block_q4_0 { uint8_t scale[2], low[16]; } block_q4_0;
typedef struct block_q4_1 { uint8_t scale[2], offset[2], low[16]; } block_q4_1;
typedef struct block_q5_0 { uint8_t scale[2], high[4], low[16]; } block_q5_0;
typedef struct block_q5_1 { uint8_t scale[2], offset[2], high[4], low[16]; } block_q5_1;
typedef struct block_q8_0 { uint8_t scale[2]; int8_t values[32]; } block_q8_0;
typedef struct block_q2_k { uint8_t scales[16], low[64], scale[2], offset[2]; } block_q2_k;
typedef struct block_q3_k { uint8_t high[32], low[64], scales[12], scale[2]; } block_q3_k;
typedef struct block_q4_k { uint8_t scale[2], offset[2], scales[12], low[128]; } block_q4_k;
typedef struct block_q5_k { uint8_t scale[2], offset[2], scales[12], high[32], low[128]; } block_q5_k;
typedef struct block_q6_k { uint8_t low[128], high[64]; int8_t scales[16]; uint8_t scale[2]; } block_q6_k;
typedef struct block_q8_k { uint8_t scale[4]; int8_t values[256]; uint8_t sums[32]; } block_q8_k;

VITRO_INLINE float half_at(const uint8_t *bytes) { return float_from_half((uint16_t)(bytes[0] | bytes[1] << 8)); }

VITRO_INLINE uint32_t word_at(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

// The first half of a small block lies in the low nibbles, the second in the high ones.

VITRO_INLINE void widen_q4_0(const block_q4_0 *restrict block, float *restrict out) {
  float scale = half_at(block->scale);
  for (int i = 0; i < 16; i++) {
    out[i] = scale * (float)((block->low[i] & 15) - 8);
    out[i + 16] = scale * (float)((block->low[i] >> 4) - 8);
  }
}

VITRO_INLINE void widen_q4_1(const block_q4_1 *restrict block, float *restrict out) {
  float scale = half_at(block->scale), offset = half_at(block->offset);
  for (int i = 0; i < 16; i++) {
    out[i] = scale * (float)(block->low[i] & 15) + offset;
    out[i + 16] = scale * (float)(block->low[i] >> 4) + offset;
  }
}

VITRO_INLINE void widen_q5_0(const block_q5_0 *restrict block, float *restrict out) {
  float scale = half_at(block->scale);
  uint32_t high = word_at(block->high);
  for (int i = 0; i < 16; i++) {
    out[i] = scale * (float)((int32_t)((block->low[i] & 15) | ((high >> i) & 1) << 4) - 16);
    out[i + 16] = scale * (float)((int32_t)((block->low[i] >> 4) | ((high >> (i + 16)) & 1) << 4) - 16);
  }
}

VITRO_INLINE void widen_q5_1(const block_q5_1 *restrict block, float *restrict out) {
  float scale = half_at(block->scale), offset = half_at(block->offset);
  uint32_t high = word_at(block->high);
  for (int i = 0; i < 16; i++) {
    out[i] = scale * (float)(int32_t)((block->low[i] & 15) | ((high >> i) & 1) << 4) + offset;
    out[i + 16] = scale * (float)(int32_t)((block->low[i] >> 4) | ((high >> (i + 16)) & 1) << 4) + offset;
  }
}

VITRO_INLINE void widen_q8_0(const block_q8_0 *restrict block, float *restrict out) {
  float scale = half_at(block->scale);
  for (int i = 0; i < 32; i++) out[i] = scale * (float)block->values[i];
}

VITRO_INLINE void widen_q2_k(const block_q2_k *restrict block, float *restrict out) {
  float scale = half_at(block->scale), offset = half_at(block->offset);
  for (int part = 0; part < 16; part++) {
    float step = scale * (float)(block->scales[part] & 15), base = offset * (float)(block->scales[part] >> 4);
    const uint8_t *low = block->low + part / 8 * 32 + part % 2 * 16;
    int shift = part / 2 % 4 * 2;
    for (int i = 0; i < 16; i++) out[part * 16 + i] = step * (float)((low[i] >> shift) & 3) - base;
  }
}

VITRO_INLINE void widen_q3_k(const block_q3_k *restrict block, float *restrict out) {
  float scale = half_at(block->scale);
  for (int part = 0; part < 16; part++) {
    int low_bits = block->scales[part % 8] >> (part / 8 * 4) & 15;
    int high_bits = block->scales[8 + part % 4] >> (part / 4 * 2) & 3;
    float step = scale * (float)((low_bits | high_bits << 4) - 32);
    const uint8_t *low = block->low + part / 8 * 32 + part % 2 * 16, *high = block->high + part % 2 * 16;
    int shift = part / 2 % 4 * 2, bit = part / 2;
    // The high bit says that 4 is not to be subtracted.
    for (int i = 0; i < 16; i++) {
      out[part * 16 + i] = step * (float)(((low[i] >> shift) & 3) - ((high[i] >> bit & 1) ? 0 : 4));
    }
  }
}

/// The 6-bit scale and offset of one of the eight parts of a super-block, out of their 12 bytes.
VITRO_INLINE void part_scales(const uint8_t *packed, int part, float *scale, float *offset) {
  if (part < 4) {
    *scale = (float)(packed[part] & 63);
    *offset = (float)(packed[part + 4] & 63);
  } else {
    *scale = (float)((packed[part + 4] & 15) | (packed[part - 4] >> 6) << 4);
    *offset = (float)((packed[part + 4] >> 4) | (packed[part] >> 6) << 4);
  }
}

VITRO_INLINE void widen_q4_k(const block_q4_k *restrict block, float *restrict out) {
  float scale = half_at(block->scale), offset = half_at(block->offset);
  for (int part = 0; part < 8; part++) {
    float part_scale, part_offset;
    part_scales(block->scales, part, &part_scale, &part_offset);
    float step = scale * part_scale, base = offset * part_offset;
    const uint8_t *low = block->low + part / 2 * 32;
    int shift = part % 2 * 4;
    for (int i = 0; i < 32; i++) out[part * 32 + i] = step * (float)((low[i] >> shift) & 15) - base;
  }
}

VITRO_INLINE void widen_q5_k(const block_q5_k *restrict block, float *restrict out) {
  float scale = half_at(block->scale), offset = half_at(block->offset);
  for (int part = 0; part < 8; part++) {
    float part_scale, part_offset;
    part_scales(block->scales, part, &part_scale, &part_offset);
    float step = scale * part_scale, base = offset * part_offset;
    const uint8_t *low = block->low + part / 2 * 32;
    int shift = part % 2 * 4;
    for (int i = 0; i < 32; i++) {
      out[part * 32 + i] = step * (float)(((low[i] >> shift) & 15) | (block->high[i] >> part & 1) << 4) - base;
    }
  }
}

VITRO_INLINE void widen_q6_k(const block_q6_k *restrict block, float *restrict out) {
  float scale = half_at(block->scale);
  for (int part = 0; part < 16; part++) {
    float step = scale * (float)block->scales[part];
    // A half of 128 elements has 64 bytes of low bits, which it goes over twice, and 32 of high ones, four times.
    const uint8_t *low = block->low + part / 8 * 64 + part % 4 * 16, *high = block->high + part / 8 * 32 + part % 2 * 16;
    int low_shift = part / 4 % 2 * 4, high_shift = part / 2 % 4 * 2;
    for (int i = 0; i < 16; i++) {
      int bits = ((low[i] >> low_shift) & 15) | ((high[i] >> high_shift) & 3) << 4;
      out[part * 16 + i] = step * (float)(bits - 32);
    }
  }
}

VITRO_INLINE void widen_q8_k(const block_q8_k *restrict block, float *restrict out) {
  float scale = from_bits_f32(word_at(block->scale));
  for (int i = 0; i < 256; i++) out[i] = scale * (float)block->values[i];
}

#endif
