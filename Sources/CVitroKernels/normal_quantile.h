#ifndef VITRO_PRIVATE_NORMAL_QUANTILE_H
#define VITRO_PRIVATE_NORMAL_QUANTILE_H

#include "vector_math_double.h"
#include "vector_math_float.h"

// The inverse of the standard normal distribution function Φ.

/// Φ⁻¹(½ + centre), where `tail` = ½ − |centre| is given apart because neither can be had from the other near its zero.
/// Algorithm AS 241, PPND16 (Wichura 1988), accurate to 1 part in 10¹⁶; its three branches are evaluated side by side.
VITRO_INLINE double normal_quantile_f64(double centre, double tail) {
  double v = 0.180625 - centre * centre;
  double a = 2.5090809287301226727e+3;
  a = a * v + 3.3430575583588128105e+4;
  a = a * v + 6.7265770927008700853e+4;
  a = a * v + 4.5921953931549871457e+4;
  a = a * v + 1.3731693765509461125e+4;
  a = a * v + 1.9715909503065514427e+3;
  a = a * v + 1.3314166789178437745e+2;
  a = a * v + 3.3871328727963666080e+0;
  double b = 5.2264952788528545610e+3;
  b = b * v + 2.8729085735721942674e+4;
  b = b * v + 3.9307895800092710610e+4;
  b = b * v + 2.1213794301586595867e+4;
  b = b * v + 5.3941960214247511077e+3;
  b = b * v + 6.8718700749205790830e+2;
  b = b * v + 4.2313330701600911252e+1;
  b = b * v + 1.0;

  double depth = sqrt_f64(-log_f64(tail));
  double w = depth - 1.6;
  double c = 7.74545014278341407640e-4;
  c = c * w + 2.27238449892691845833e-2;
  c = c * w + 2.41780725177450611770e-1;
  c = c * w + 1.27045825245236838258e+0;
  c = c * w + 3.64784832476320460504e+0;
  c = c * w + 5.76949722146069140550e+0;
  c = c * w + 4.63033784615654529590e+0;
  c = c * w + 1.42343711074968357734e+0;
  double d = 1.05075007164441684324e-9;
  d = d * w + 5.47593808499534494600e-4;
  d = d * w + 1.51986665636164571966e-2;
  d = d * w + 1.48103976427480074590e-1;
  d = d * w + 6.89767334985100004550e-1;
  d = d * w + 1.67638483018380384940e+0;
  d = d * w + 2.05319162663775882187e+0;
  d = d * w + 1.0;

  double x = depth - 5.0;
  double e = 2.01033439929228813265e-7;
  e = e * x + 2.71155556874348757815e-5;
  e = e * x + 1.24266094738807843860e-3;
  e = e * x + 2.65321895265761230930e-2;
  e = e * x + 2.96560571828504891230e-1;
  e = e * x + 1.78482653991729133580e+0;
  e = e * x + 5.46378491116411436990e+0;
  e = e * x + 6.65790464350110377720e+0;
  double f = 2.04426310338993978564e-15;
  f = f * x + 1.42151175831644588870e-7;
  f = f * x + 1.84631831751005468180e-5;
  f = f * x + 7.86869131145613259100e-4;
  f = f * x + 1.48753612908506148525e-2;
  f = f * x + 1.36929880922735805310e-1;
  f = f * x + 5.99832206555887937690e-1;
  f = f * x + 1.0;

  bool central = fabs(centre) <= 0.425, far = depth > 5.0;
  double numerator = central ? centre * a : copysign(far ? e : c, centre);
  double denominator = central ? b : (far ? f : d);
  double result = numerator / denominator;
  return tail > 0.0 ? result : copysign(tail == 0.0 ? (double)INFINITY : (double)NAN, centre);
}

/// The normal number of one 32-bit word: Φ⁻¹((word + ½)·2⁻³²), to float32 accuracy. With x = 2u − 1 it is
/// x·g(−log(1 − x²)), the form of Giles (2010); g is interpolated afresh.
VITRO_INLINE float normal_of_word_f32(uint32_t word) {
  bool upper = word >> 31;
  int32_t k = (int32_t)(upper ? ~word : word);
  float tail = ((float)k + 0.5f) * 0x1p-32f;
  float x = ((float)(INT32_MAX - k) + 0.5f) * 0x1p-31f;
  float w = -log_f32(4.0f * tail * (1.0f - tail));
  float v = w - 2.5f;
  float p = 3.196968031e-08f;
  p = p * v + 4.839788248e-07f;
  p = p * v - 4.885796044e-06f;
  p = p * v - 6.194745731e-06f;
  p = p * v + 3.087411769e-04f;
  p = p * v - 1.773082819e-03f;
  p = p * v - 5.907660099e-03f;
  p = p * v + 3.488027167e-01f;
  p = p * v + 2.123313467e+00f;
  float s = sqrt_f32(w) - 3.0f;
  float q = 8.125167866e-06f;
  q = q * s - 2.860457646e-04f;
  q = q * s + 1.703964853e-03f;
  q = q * s - 4.733362020e-03f;
  q = q * s + 8.122001992e-03f;
  q = q * s - 1.092635493e-02f;
  q = q * s + 1.335942420e-02f;
  q = q * s + 1.416593293e+00f;
  q = q * s + 4.006433902e+00f;
  float magnitude = x * (w < 5.0f ? p : q);
  return upper ? magnitude : -magnitude;
}

#endif
