#ifndef VITRO_PRIVATE_VECTOR_MATH_FLOAT_H
#define VITRO_PRIVATE_VECTOR_MATH_FLOAT_H

#include "kernels.h"

#include <math.h>

// Branchless float32 functions for vector loops, within 4 ulp. Polynomials without another source are Chebyshev
// interpolants on the reduced range. Rounding by adding `magic_f32` keeps the integer in the low bits of the sum.

static const float magic_f32 = 0x1.8p23f;
static const float ln2_high_f32 = 0x1.63p-1f, ln2_low_f32 = -2.12194440e-4f;

VITRO_INLINE float sqrt_f32(float x) { return __builtin_elementwise_sqrt(x); }

/// 2^n for −126 ≤ n ≤ 127.
VITRO_INLINE float power_of_two_f32(int32_t n) { return from_bits_f32((uint32_t)(n + 127) << 23); }

/// (exp(r) − 1 − r) / r² for |r| ≤ ln(2)/2.
VITRO_INLINE float exp_remainder_f32(float r) {
  float p = 1.392625083e-03f;
  p = p * r + 8.363232884e-03f;
  p = p * r + 4.166655421e-02f;
  p = p * r + 1.666657667e-01f;
  return p * r + 0.5f;
}

/// exp(high + low) for |low| much below |high|: a sum too fine for one float.
VITRO_INLINE float exp_split_f32(float high, float low) {
  high = high > 89.0f ? 89.0f : high;
  high = high < -104.5f ? -104.5f : high;
  float t = high * 1.44269504f + magic_f32;
  float n = t - magic_f32;
  float r = high - n * ln2_high_f32;
  r = r - n * ln2_low_f32;
  r = r + low;
  float p = 1.0f + (r + r * r * exp_remainder_f32(r));
  int32_t exponent = (int32_t)(bits_f32(t) - bits_f32(magic_f32));
  // In two steps, so that results below the normal range are rounded once and those above overflow.
  int32_t half = exponent >> 1;
  return p * power_of_two_f32(half) * power_of_two_f32(exponent - half);
}

VITRO_INLINE float exp_f32(float x) { return exp_split_f32(x, 0.0f); }

VITRO_INLINE float expm1_f32(float x) {
  float c = x > 89.0f ? 89.0f : x;
  c = c < -20.0f ? -20.0f : c;
  float t = c * 1.44269504f + magic_f32;
  float n = t - magic_f32;
  float r = c - n * ln2_high_f32;
  r = r - n * ln2_low_f32;
  float p = r + r * r * exp_remainder_f32(r);
  float half_scale = power_of_two_f32((int32_t)(bits_f32(t) - bits_f32(magic_f32)) - 1);
  float result = 2.0f * (p * half_scale + (half_scale - 0.5f));
  return fabsf(x) < 0x1p-25f ? x : result;
}

VITRO_INLINE float log_f32(float x) {
  bool subnormal = x < 0x1p-126f;
  uint32_t u = bits_f32(subnormal ? x * 0x1p23f : x) + (0x3f800000u - 0x3f3504f3u);
  float k = (float)((int32_t)(u >> 23) - (subnormal ? 127 + 23 : 127));
  float f = from_bits_f32((u & 0x7fffffu) + 0x3f3504f3u) - 1.0f; // √½ − 1 ≤ f < √2 − 1
  float p = 6.971611471e-02f;
  p = p * f - 1.147973385e-01f;
  p = p * f + 1.168541992e-01f;
  p = p * f - 1.242568733e-01f;
  p = p * f + 1.424905765e-01f;
  p = p * f - 1.666780232e-01f;
  p = p * f + 2.000071575e-01f;
  p = p * f - 2.499999696e-01f;
  p = p * f + 3.333333118e-01f;
  float square = f * f;
  float y = square * f * p + k * ln2_low_f32;
  y = y - 0.5f * square;
  float result = (f + y) + k * ln2_high_f32;
  float edge = x == 0.0f ? -INFINITY : NAN;
  return x < INFINITY ? (x > 0.0f ? result : edge) : x;
}

/// log(u) corrected by what rounding 1 + x to u lost.
VITRO_INLINE float log1p_f32(float x) {
  float u = 1.0f + x;
  float lost = x >= 1.0f ? 1.0f - (u - x) : x - (u - 1.0f);
  float correction = (u > 0.0f && x < 0x1p25f) ? lost / u : 0.0f;
  float result = log_f32(u) + correction;
  return fabsf(x) < 0x1p-25f ? x : result;
}

/// Φ(−t)·exp(t²/2) for 0 ≤ t ≤ 14.7 (beyond, the Gaussian it is used with is 0).
VITRO_INLINE float normal_tail_ratio_f32(float t) {
  float s = (t - 4.0f) / (t + 4.0f);
  float p = -7.411796770e-05f;
  p = p * s - 6.615176688e-05f;
  p = p * s + 6.910595618e-04f;
  p = p * s - 3.002602813e-04f;
  p = p * s - 5.002357878e-03f;
  p = p * s + 1.793951031e-02f;
  p = p * s - 3.219776479e-02f;
  p = p * s + 2.860002921e-02f;
  p = p * s + 1.399963297e-02f;
  p = p * s - 9.670346792e-02f;
  p = p * s + 4.720532064e-01f;
  return p / (1.0f + t);
}

/// (Φ(t) − ½) / t as a function of z = t² ≤ 1.
VITRO_INLINE float normal_centre_f32(float z) {
  float p = -7.660538171e-06f;
  p = p * z + 1.135022962e-04f;
  p = p * z - 1.186343989e-03f;
  p = p * z + 9.973328481e-03f;
  p = p * z - 6.649036057e-02f;
  p = p * z + 3.989422801e-01f;
  return p;
}

VITRO_INLINE float erf_f32(float x) {
  float a = fabsf(x);
  float z = x * x;
  float p = 7.875875063e-05f;
  p = p * z - 8.016864287e-04f;
  p = p * z + 5.189087423e-03f;
  p = p * z - 2.685421201e-02f;
  p = p * z + 1.128359472e-01f;
  p = p * z - 3.761262667e-01f;
  p = p * z + 1.128379166e+00f;
  float near = x * p;
  float c = a > 4.0f ? 4.0f : a; // log(erfc) on [1, 4]
  float q = 1.637151415e-06f;
  q = q * c - 4.605804269e-05f;
  q = q * c + 5.968056257e-04f;
  q = q * c - 4.759596293e-03f;
  q = q * c + 2.642113601e-02f;
  q = q * c - 1.100800829e-01f;
  q = q * c - 6.318260516e-01f;
  q = q * c - 1.130233435e+00f;
  q = q * c + 3.201380497e-04f;
  float far = copysignf(1.0f - exp_f32(q), x);
  return a < 1.0f ? near : far;
}

/// exp(−x²/2), with the square taken exactly.
VITRO_INLINE float gaussian_f32(float x) {
  float a = fabsf(x);
  a = a > 20.0f ? 20.0f : a;
  float high = from_bits_f32(bits_f32(a) & 0xfffff000u);
  return exp_split_f32(-0.5f * high * high, -0.5f * (a - high) * (a + high));
}

// Trigonometric functions reduce in double: the quadrant's number times π/2 in two parts, exact to |x| = 2¹⁹.

static const float trigonometric_limit_f32 = 0x1p19f;

typedef struct quadrant {
  double remainder; // |r| ≤ π/4
  uint32_t number;
} quadrant;

VITRO_INLINE quadrant reduce_angle_f32(float x) {
  double angle = x;
  double t = angle * 6.36619772367581382433e-01 + 0x1.8p52;
  double n = t - 0x1.8p52;
  double r = angle - n * 1.57079632673412561417e+00;
  r = r - n * 6.07710050650619224932e-11;
  return (quadrant){r, (uint32_t)bits_f64(t)};
}

VITRO_INLINE double sin_of_quadrant(double r) {
  double z = r * r;
  double p = 2.71696430911018417e-06;
  p = p * z - 1.98391608315348037e-04;
  p = p * z + 8.33332864500319070e-03;
  p = p * z - 1.66666666301705374e-01;
  return r * (1.0 + z * p);
}

VITRO_INLINE double cos_of_quadrant(double r) {
  double z = r * r;
  double p = 2.43756459871395903e-05;
  p = p * z - 1.38865725866984613e-03;
  p = p * z + 4.16666151839830134e-02;
  p = p * z - 4.99999995992657542e-01;
  return p * z + 9.99999999950071716e-01;
}

VITRO_INLINE float sin_f32(float x) {
  quadrant q = reduce_angle_f32(x);
  double s = sin_of_quadrant(q.remainder), c = cos_of_quadrant(q.remainder);
  double value = q.number & 1 ? c : s;
  return (float)(q.number & 2 ? -value : value);
}

VITRO_INLINE float cos_f32(float x) {
  quadrant q = reduce_angle_f32(x);
  double s = sin_of_quadrant(q.remainder), c = cos_of_quadrant(q.remainder);
  double value = q.number & 1 ? s : c;
  return (float)((q.number + 1) & 2 ? -value : value);
}

VITRO_INLINE float tan_f32(float x) {
  quadrant q = reduce_angle_f32(x);
  double s = sin_of_quadrant(q.remainder), c = cos_of_quadrant(q.remainder);
  return (float)(q.number & 1 ? -c / s : s / c);
}

#endif
