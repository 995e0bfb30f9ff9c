#ifndef REDUCE_MATH_H
#define REDUCE_MATH_H

#include <math.h>
#include <string.h>

#include "reduce_common.h"

// exp, tanh and the logistic function without branches or tables, so that loops around them become vector code. Coefficients
// of the float32 exp and of tanh near 0: Moshier, Cephes. Worst errors: a few units in the last place.

#pragma clang fp contract(fast)

REDUCE_INLINE float reduce_power_of_two_float32(int32_t n) {
  uint32_t bits = (uint32_t)(n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

REDUCE_INLINE double reduce_power_of_two_float64(int64_t n) {
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

/// exp(x) = 2ⁿ·exp(r), |r| ≤ log(2)/2. Adding 1.5·2²³ rounds to an integer and leaves it in the low bits. The power is
/// applied in two halves, since 2ⁿ alone may be out of range when the result is not.
REDUCE_INLINE float reduce_exp_float32(float x) {
  const float rounder = 0x1.8p23f;
  float clipped = x < -104.0f ? -104.0f : x;
  clipped = clipped > 89.0f ? 89.0f : clipped;
  float shifted = clipped * 0x1.715476p0f + rounder;
  float n = shifted - rounder;
  float r = clipped - n * 0x1.62e4p-1f;
  r = r - n * 0x1.7f7d1cp-20f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  p = p + 1.0f;
  int32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  int32_t power = (int32_t)((uint32_t)bits - 0x4b400000u);
  int32_t half = power >> 1;
  return p * reduce_power_of_two_float32(half) * reduce_power_of_two_float32(power - half);
}

REDUCE_INLINE double reduce_exp_float64(double x) {
  const double rounder = 0x1.8p52;
  double clipped = x < -746.0 ? -746.0 : x;
  clipped = clipped > 710.0 ? 710.0 : clipped;
  double shifted = clipped * 0x1.71547652b82fep0 + rounder;
  double n = shifted - rounder;
  double r = clipped - n * 0x1.62e42fee00000p-1;
  r = r - n * 0x1.a39ef35793c76p-33;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * (r * r) + r;
  p = p + 1.0;
  int64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  int64_t power = (int64_t)((uint64_t)bits - 0x4338000000000000u);
  int64_t half = (int64_t)((int32_t)power >> 1);
  return p * reduce_power_of_two_float64(half) * reduce_power_of_two_float64(power - half);
}

REDUCE_INLINE float reduce_tanh_float32(float x) {
  float size = fabsf(x), square = x * x;
  float e = reduce_exp_float32(-2.0f * size);
  float far = copysignf((1.0f - e) / (1.0f + e), x);
  float p = -5.70498872745e-3f;
  p = p * square + 2.06390887954e-2f;
  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  float near = p * square * x + x;
  return size < 0.625f ? near : far;
}

REDUCE_INLINE double reduce_tanh_float64(double x) {
  double size = fabs(x), square = x * x;
  double e = reduce_exp_float64(-2.0 * size);
  double far = copysign((1.0 - e) / (1.0 + e), x);
  double p = -9.64399179425052238628e-1;
  p = p * square - 9.92877231001918586564e1;
  p = p * square - 1.61468768441708447952e3;
  double q = square + 1.12811678491632931402e2;
  q = q * square + 2.23548839060100448583e3;
  q = q * square + 4.84406305325125486048e3;
  double near = x * square * (p / q) + x;
  return size < 0.625 ? near : far;
}

REDUCE_INLINE float reduce_sigmoid_float32(float x) { return 1.0f / (1.0f + reduce_exp_float32(-x)); }
REDUCE_INLINE double reduce_sigmoid_float64(double x) { return 1.0 / (1.0 + reduce_exp_float64(-x)); }

#endif
