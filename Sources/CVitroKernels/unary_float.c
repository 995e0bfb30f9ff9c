#include "unary.h"
#include "vector_math.h"

#include "template_float.h"

#include "activations_template.h"

// Angles too large for the vector reduction are rare: blocks that hold one take the mathematical library for it, and
// the same function as the vector loop for the others.
enum { angle_block = 256 };

VITRO_CLONES static bool has_large_angle(const float *x, int64_t count) {
  uint32_t found = 0;
  for (int64_t i = 0; i < count; i++) found |= fabsf(x[i]) > trigonometric_limit_f32;
  return found != 0;
}

#define TRIGONOMETRIC(name)                                                                                            \
  VITRO_CLONES static void block_##name(const float *input, float *out, int64_t count) {                               \
    if (!has_large_angle(input, count)) {                                                                              \
      VITRO_VECTOR_LOOP                                                                                                \
      for (int64_t i = 0; i < count; i++) out[i] = name##_f32(input[i]);                                               \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      float x = input[i];                                                                                              \
      out[i] = fabsf(x) > trigonometric_limit_f32 ? (float)name((double)x) : name##_f32(x);                            \
    }                                                                                                                  \
  }                                                                                                                    \
  static void loop_##name##_f32(const float *input, float *out, int64_t count, float a, float b) {                     \
    (void)a, (void)b;                                                                                                  \
    for (int64_t i = 0; i < count; i += angle_block) {                                                                 \
      block_##name(input + i, out + i, vitro_smaller(angle_block, count - i));                                         \
    }                                                                                                                  \
  }

TRIGONOMETRIC(sin)
TRIGONOMETRIC(cos)
TRIGONOMETRIC(tan)

#include "unary_loops_template.h"
