#include "unary.h"
#include "vector_math.h"

#include "template_float.h"

#include "activations_template.h"

enum { angle_block = 256 };

#define TRIGONOMETRIC_GRADIENT(name, derivative, sign)                                                                 \
  VITRO_CLONES static void scale_##name(const float *slopes, const float *gradients, float *out, int64_t count) {      \
    VITRO_VECTOR_LOOP                                                                                                  \
    for (int64_t i = 0; i < count; i++) out[i] = sign gradients[i] * slopes[i];                                        \
  }                                                                                                                    \
  static void gradient_##name##_f32(const float *inputs, const float *outputs, const float *gradients, float *out,     \
                                    int64_t count, float a, float b) {                                                 \
    (void)outputs, (void)a, (void)b;                                                                                   \
    float slopes[angle_block];                                                                                         \
    for (int64_t i = 0; i < count; i += angle_block) {                                                                 \
      int64_t length = vitro_smaller(angle_block, count - i);                                                          \
      vitro_unary_range_f32(derivative, inputs + i, slopes, length, 0, 0);                                             \
      scale_##name(slopes, gradients + i, out + i, length);                                                            \
    }                                                                                                                  \
  }

TRIGONOMETRIC_GRADIENT(sin, vitro_cos, +)
TRIGONOMETRIC_GRADIENT(cos, vitro_sin, -)

#include "unary_gradient_loops_template.h"
