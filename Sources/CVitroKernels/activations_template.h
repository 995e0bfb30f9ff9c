// Template over REAL: functions made of exp, expm1, log1p and Φ, and their derivatives.

VITRO_INLINE REAL F(sign)(REAL x) { return x > 0 ? (REAL)1 : x < 0 ? (REAL)-1 : x == 0 ? (REAL)0 : x; }

VITRO_INLINE REAL F(absolute)(REAL x) { return LIBM(fabs)(x); }

VITRO_INLINE REAL F(tanh)(REAL x) {
  REAL a = F(absolute)(x);
  a = a > 22 ? 22 : a;
  REAL t = F(expm1)(2 * a);
  return LIBM(copysign)(t / (t + 2), x);
}

VITRO_INLINE REAL F(sigmoid)(REAL x) {
  REAL e = F(exp)(-F(absolute)(x));
  return (x < 0 ? e : 1) / (1 + e);
}

VITRO_INLINE REAL F(softplus)(REAL x) { return F(log1p)(F(exp)(-F(absolute)(x))) + (x > 0 ? x : 0); }

VITRO_INLINE REAL F(log_sigmoid)(REAL x) { return (x < 0 ? x : 0) - F(log1p)(F(exp)(-F(absolute)(x))); }

/// x·s where s is a sigmoid that vanishes faster than x grows.
VITRO_INLINE REAL F(gated)(REAL x, REAL s) { return s == 0 ? (REAL)-0.0 : x * s; }

VITRO_INLINE REAL F(silu)(REAL x) { return F(gated)(x, F(sigmoid)(x)); }

/// Φ(x) and φ(x) share one exponential.
typedef struct F(normal_pair) {
  REAL distribution, density;
} F(normal_pair);

VITRO_INLINE F(normal_pair) F(normal)(REAL x) {
  REAL a = F(absolute)(x);
  a = a > F(gaussian_limit) ? F(gaussian_limit) : a;
  REAL e = F(gaussian)(a);
  REAL tail = e * F(normal_tail_ratio)(a);
  REAL far = x > 0 ? 1 - tail : tail;
  REAL near = (REAL)0.5 + x * F(normal_centre)(x * x);
  return (F(normal_pair)){a < 1 ? near : far, e * (REAL)0.39894228040143267794};
}

VITRO_INLINE REAL F(gelu)(REAL x) { return F(gated)(x, F(normal)(x).distribution); }

/// The argument of the tanh in GELU's approximation, doubled: (1 + tanh(u))/2 = sigmoid(2u).
VITRO_INLINE REAL F(gelu_tanh_argument)(REAL x) {
  return (REAL)1.59576912160573071176 * x * (1 + (REAL)0.044715 * x * x);
}

VITRO_INLINE REAL F(gelu_tanh)(REAL x) { return F(gated)(x, F(sigmoid)(F(gelu_tanh_argument)(x))); }

VITRO_INLINE REAL F(elu)(REAL x, REAL a) { return x > 0 ? x : a * F(expm1)(x); }

#define SELU_SCALE ((REAL)1.0507009873554804934193349852946)
#define SELU_ALPHA ((REAL)1.6732632423543772848170429916717)

VITRO_INLINE REAL F(hard_sigmoid)(REAL x) {
  REAL y = x * (REAL)(1.0 / 6.0) + (REAL)0.5;
  y = y < 0 ? 0 : y;
  return y > 1 ? 1 : y;
}

VITRO_INLINE REAL F(erfinv)(REAL x) {
  double a = fabs((double)x);
  double y = normal_quantile_f64(0.5 * a, 0.5 * (1.0 - a)) * 0.70710678118654752440;
  return (REAL)copysign(y, (double)x);
}
