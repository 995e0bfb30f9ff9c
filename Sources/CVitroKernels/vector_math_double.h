#ifndef VITRO_PRIVATE_VECTOR_MATH_DOUBLE_H
#define VITRO_PRIVATE_VECTOR_MATH_DOUBLE_H

#include "kernels.h"

#include <math.h>

// Branchless float64 functions for vector loops, within 4 ulp; as vector_math_float.h.

static const double magic_f64 = 0x1.8p52;
static const double ln2_high_f64 = 6.93147180369123816490e-01, ln2_low_f64 = 1.90821492927058770002e-10;

VITRO_INLINE double sqrt_f64(double x) { return __builtin_elementwise_sqrt(x); }

/// 2^n for −1022 ≤ n ≤ 1023, n in two's complement.
VITRO_INLINE double power_of_two_f64(uint64_t n) { return from_bits_f64((n + 1023) << 52); }

/// (exp(r) − 1 − r) / r² for |r| ≤ ln(2)/2.
VITRO_INLINE double exp_remainder_f64(double r) {
  double p = 2.51004725056949961e-08;
  p = p * r + 2.76202015910315469e-07;
  p = p * r + 2.75572682769056960e-06;
  p = p * r + 2.48015210578682038e-05;
  p = p * r + 1.98412698631715573e-04;
  p = p * r + 1.38888889173670814e-03;
  p = p * r + 8.33333333333003898e-03;
  p = p * r + 4.16666666666238236e-02;
  p = p * r + 1.66666666666666685e-01;
  return p * r + 5.00000000000000111e-01;
}

/// exp(high + low) for |low| much below |high|: a sum too fine for one double.
VITRO_INLINE double exp_split_f64(double high, double low) {
  high = high > 710.0 ? 710.0 : high;
  high = high < -746.0 ? -746.0 : high;
  double t = high * 1.44269504088896338700e+00 + magic_f64;
  double n = t - magic_f64;
  double r = high - n * ln2_high_f64;
  r = r - n * ln2_low_f64;
  r = r + low;
  double p = 1.0 + (r + r * r * exp_remainder_f64(r));
  uint64_t exponent = bits_f64(t) - bits_f64(magic_f64);
  // The offset keeps the halved exponent positive: there is no arithmetic shift of 64 bits before AVX-512.
  uint64_t half = ((exponent + 4096) >> 1) - 2048;
  return p * power_of_two_f64(half) * power_of_two_f64(exponent - half);
}

VITRO_INLINE double exp_f64(double x) { return exp_split_f64(x, 0.0); }

VITRO_INLINE double expm1_f64(double x) {
  double c = x > 710.0 ? 710.0 : x;
  c = c < -40.0 ? -40.0 : c;
  double t = c * 1.44269504088896338700e+00 + magic_f64;
  double n = t - magic_f64;
  double r = c - n * ln2_high_f64;
  r = r - n * ln2_low_f64;
  double p = r + r * r * exp_remainder_f64(r);
  double half_scale = power_of_two_f64(bits_f64(t) - bits_f64(magic_f64) - 1);
  double result = 2.0 * (p * half_scale + (half_scale - 0.5));
  return fabs(x) < 0x1p-54 ? x : result;
}

/// The polynomial of fdlibm's `log` (Sun Microsystems, 1993).
VITRO_INLINE double log_f64(double x) {
  bool subnormal = x < 0x1p-1022;
  uint64_t u = bits_f64(subnormal ? x * 0x1p52 : x) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
  double k = from_bits_f64((u >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
  k = subnormal ? k - 52.0 : k;
  double f = from_bits_f64((u & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double p = 1.479819860511658591e-01;
  p = p * z + 1.531383769920937332e-01;
  p = p * z + 1.818357216161805012e-01;
  p = p * z + 2.222219843214978396e-01;
  p = p * z + 2.857142874366239149e-01;
  p = p * z + 3.999999999940941908e-01;
  p = p * z + 6.666666666666735130e-01;
  double half_square = 0.5 * f * f;
  double y = s * (half_square + z * p) + k * ln2_low_f64;
  double result = ((y - half_square) + f) + k * ln2_high_f64;
  double edge = x == 0.0 ? -(double)INFINITY : (double)NAN;
  return x < (double)INFINITY ? (x > 0.0 ? result : edge) : x;
}

/// log(u) corrected by what rounding 1 + x to u lost.
VITRO_INLINE double log1p_f64(double x) {
  double u = 1.0 + x;
  double lost = x >= 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
  double correction = (u > 0.0 && x < 0x1p54) ? lost / u : 0.0;
  double result = log_f64(u) + correction;
  return fabs(x) < 0x1p-54 ? x : result;
}

/// Φ(−t)·exp(t²/2) for 0 ≤ t ≤ 39 (beyond, the Gaussian it is used with is 0).
VITRO_INLINE double normal_tail_ratio_f64(double t) {
  double s = (t - 5.0) / (t + 5.0);
  double p = 7.71946267158401369e-10;
  p = p * s + 4.03764581349584369e-09;
  p = p * s + 3.52815728973958480e-10;
  p = p * s - 3.20857549709559598e-08;
  p = p * s - 2.19581153889231790e-08;
  p = p * s + 1.98962329299333351e-07;
  p = p * s + 1.24714200992489414e-07;
  p = p * s - 1.31000897002288544e-06;
  p = p * s - 6.89568345120624988e-08;
  p = p * s + 9.06120579539712178e-06;
  p = p * s - 9.89646889628134016e-06;
  p = p * s - 5.36080381450158180e-05;
  p = p * s + 1.82334202515313959e-04;
  p = p * s + 7.79169120014375730e-06;
  p = p * s - 1.67607234885064913e-03;
  p = p * s + 6.52200065624484581e-03;
  p = p * s - 1.51704154024859990e-02;
  p = p * s + 2.45369632444597634e-02;
  p = p * s - 2.64010429662949568e-02;
  p = p * s + 1.00023523852050805e-02;
  p = p * s + 3.10303684259632291e-02;
  p = p * s - 9.15522818340088057e-02;
  p = p * s + 4.61515829850037751e-01;
  return p / (1.0 + t);
}

/// (Φ(t) − ½) / t as a function of z = t² ≤ 1.
VITRO_INLINE double normal_centre_f64(double z) {
  double p = 4.07432697742662756e-12;
  p = p * z - 1.10643282827558905e-10;
  p = p * z + 2.27041375856759989e-09;
  p = p * z - 4.12241075141608145e-08;
  p = p * z + 6.65967987965523093e-07;
  p = p * z - 9.44465579310384498e-06;
  p = p * z + 1.15434687516559410e-04;
  p = p * z - 1.18732821546803434e-03;
  p = p * z + 9.97355701003502237e-03;
  p = p * z - 6.64903800669054273e-02;
  p = p * z + 3.98942280401432703e-01;
  return p;
}

/// exp(−c·x²) for c a power of two, with the square taken exactly.
VITRO_INLINE double exp_of_square_f64(double x, double c) {
  double high = from_bits_f64(bits_f64(x) & 0xfffffffff8000000u);
  return exp_split_f64(-c * high * high, -c * (x - high) * (x + high));
}

/// exp(−x²/2).
VITRO_INLINE double gaussian_f64(double x) {
  double a = fabs(x);
  return exp_of_square_f64(a > 40.0 ? 40.0 : a, 0.5);
}

VITRO_INLINE double erf_f64(double x) {
  double a = fabs(x);
  double z = x * x;
  double p = 5.95717614774891131e-11;
  p = p * z - 1.13728488567916737e-09;
  p = p * z + 1.46597752740474363e-08;
  p = p * z - 1.63503127010546952e-07;
  p = p * z + 1.64610004841213676e-06;
  p = p * z - 1.49255952668311818e-05;
  p = p * z + 1.20553311116427105e-04;
  p = p * z - 8.54832698083379003e-04;
  p = p * z + 5.22397762481801448e-03;
  p = p * z - 2.68661706450767923e-02;
  p = p * z + 1.12837916709548791e-01;
  p = p * z - 3.76126389031837483e-01;
  p = p * z + 1.12837916709551256e+00;
  double near = x * p;
  double c = a > 6.0 ? 6.0 : a;
  double far = copysign(1.0 - 2.0 * exp_of_square_f64(c, 1.0) * normal_tail_ratio_f64(c * 1.41421356237309504880), x);
  return a < 1.0 ? near : far;
}

/// Φ(−t) for t ≥ 0.
VITRO_INLINE double normal_tail_f64(double t) {
  double c = t > 39.0 ? 39.0 : t;
  return exp_of_square_f64(c, 0.5) * normal_tail_ratio_f64(c);
}

#endif
