// Template over REAL: one fused loop for each derivative, and the table of them. y = f(x), g = the gradient of y.

#define GRADIENT_BODY(name, expression)                                                                                \
  static void F(gradient_##name)(const REAL *inputs, const REAL *outputs, const REAL *gradients, REAL *out,            \
                                 int64_t count, REAL a, REAL b) {                                                      \
    (void)a, (void)b;                                                                                                  \
    VITRO_VECTOR_LOOP                                                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      REAL x = inputs[i], y = outputs[i], g = gradients[i];                                                            \
      (void)x, (void)y, (void)g;                                                                                       \
      out[i] = (expression);                                                                                           \
    }                                                                                                                  \
  }
#define GRADIENT(name, expression) VITRO_CLONES GRADIENT_BODY(name, expression)

#define GRADIENT_SCALAR(name, expression)                                                                              \
  static void F(gradient_##name)(const REAL *inputs, const REAL *outputs, const REAL *gradients, REAL *out,            \
                                 int64_t count, REAL a, REAL b) {                                                      \
    (void)outputs, (void)a, (void)b;                                                                                   \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      REAL x = inputs[i], g = gradients[i];                                                                            \
      out[i] = (expression);                                                                                           \
    }                                                                                                                  \
  }

VITRO_INLINE REAL F(gelu_slope)(REAL x) {
  F(normal_pair) p = F(normal)(x);
  return p.density == 0 ? p.distribution : p.distribution + x * p.density;
}

VITRO_INLINE REAL F(gelu_tanh_slope)(REAL x) {
  REAL s = F(sigmoid)(F(gelu_tanh_argument)(x));
  REAL slope = (REAL)1.59576912160573071176 * (1 + (REAL)0.134145 * x * x);
  REAL bend = s * (1 - s);
  return bend == 0 ? s : s + x * bend * slope;
}

VITRO_INLINE REAL F(silu_slope)(REAL x) {
  REAL s = F(sigmoid)(x);
  REAL bend = s * F(sigmoid)(-x);
  return bend == 0 ? s : s + x * bend;
}

VITRO_INLINE REAL F(softsign_slope)(REAL x) {
  REAL d = 1 + F(absolute)(x);
  return 1 / (d * d);
}

GRADIENT(zero, 0)
GRADIENT(negate, -g)
GRADIENT(absolute, g *F(sign)(x))
GRADIENT(reciprocal, -g * (y * y))
GRADIENT(square, g * (2 * x))
GRADIENT(square_root, g / (2 * y))
GRADIENT(reciprocal_square_root, (REAL)-0.5 * g * (y * y * y))
GRADIENT(exp, g *y)
GRADIENT(expm1, g *F(exp)(x))
GRADIENT(log, g / x)
GRADIENT(log1p, g / (1 + x))
GRADIENT(tan, g * (1 + y * y))
GRADIENT(asin, g / F(sqrt)((1 - x) * (1 + x)))
GRADIENT(acos, -g / F(sqrt)((1 - x) * (1 + x)))
GRADIENT(atan, g / (1 + x * x))
GRADIENT_SCALAR(sinh, g *LIBM(cosh)(x))
GRADIENT_SCALAR(cosh, g *LIBM(sinh)(x))
GRADIENT(tanh, g *((1 - y) * (1 + y)))
GRADIENT(sigmoid, g *(y * (1 - y)))
GRADIENT(log_sigmoid, g *F(sigmoid)(-x))
GRADIENT(softplus, g *F(sigmoid)(x))
GRADIENT(erf, g *((REAL)1.12837916709551257390 * F(gaussian)(x * (REAL)1.41421356237309504880)))
GRADIENT(erfinv, g *((REAL)0.88622692545275801365 * F(exp)(y *y)))
GRADIENT(relu, x <= 0 ? 0 : g)
GRADIENT(leaky_relu, x > 0 ? g : a * g)
GRADIENT(elu, x > 0 ? g : g * (a * F(exp)(x)))
GRADIENT(selu, g *(x > 0 ? SELU_SCALE : (SELU_SCALE * SELU_ALPHA) * F(exp)(x)))
GRADIENT(gelu, g *F(gelu_slope)(x))
GRADIENT(gelu_tanh, g *F(gelu_tanh_slope)(x))
GRADIENT(silu, g *F(silu_slope)(x))
GRADIENT(softsign, g *F(softsign_slope)(x))
GRADIENT(hard_sigmoid, x > -3 ? (x < 3 ? g * (REAL)(1.0 / 6.0) : 0) : 0)
GRADIENT(hard_swish, x > -3 ? (x < 3 ? g * (x * (REAL)(1.0 / 3.0) + (REAL)0.5) : g) : 0)
GRADIENT(clip, x < a ? 0 : x > b ? 0 : g)
GRADIENT(affine, a *g)
GRADIENT_SCALAR(general_power, g *(a * LIBM(pow)(x, a - 1)))

static void F(gradient_power)(const REAL *inputs, const REAL *outputs, const REAL *gradients, REAL *out, int64_t count,
                              REAL a, REAL b) {
  if (a == 0) {
    F(gradient_zero)(inputs, outputs, gradients, out, count, a, b);
  } else if (a == 2) {
    F(gradient_square)(inputs, outputs, gradients, out, count, a, b);
  } else {
    F(gradient_general_power)(inputs, outputs, gradients, out, count, a, b);
  }
}

typedef void (*F(gradient_loop))(const REAL *inputs, const REAL *outputs, const REAL *gradients, REAL *out,
                                 int64_t count, REAL a, REAL b);

static const F(gradient_loop) F(gradient_loops)[] = {
    [vitro_negate] = F(gradient_negate),
    [vitro_absolute] = F(gradient_absolute),
    [vitro_sign] = F(gradient_zero),
    [vitro_reciprocal] = F(gradient_reciprocal),
    [vitro_square] = F(gradient_square),
    [vitro_square_root] = F(gradient_square_root),
    [vitro_reciprocal_square_root] = F(gradient_reciprocal_square_root),
    [vitro_exp] = F(gradient_exp),
    [vitro_expm1] = F(gradient_expm1),
    [vitro_log] = F(gradient_log),
    [vitro_log1p] = F(gradient_log1p),
    [vitro_sin] = F(gradient_sin),
    [vitro_cos] = F(gradient_cos),
    [vitro_tan] = F(gradient_tan),
    [vitro_asin] = F(gradient_asin),
    [vitro_acos] = F(gradient_acos),
    [vitro_atan] = F(gradient_atan),
    [vitro_sinh] = F(gradient_sinh),
    [vitro_cosh] = F(gradient_cosh),
    [vitro_tanh] = F(gradient_tanh),
    [vitro_sigmoid] = F(gradient_sigmoid),
    [vitro_log_sigmoid] = F(gradient_log_sigmoid),
    [vitro_softplus] = F(gradient_softplus),
    [vitro_erf] = F(gradient_erf),
    [vitro_erfinv] = F(gradient_erfinv),
    [vitro_relu] = F(gradient_relu),
    [vitro_leaky_relu] = F(gradient_leaky_relu),
    [vitro_elu] = F(gradient_elu),
    [vitro_selu] = F(gradient_selu),
    [vitro_gelu] = F(gradient_gelu),
    [vitro_gelu_tanh] = F(gradient_gelu_tanh),
    [vitro_silu] = F(gradient_silu),
    [vitro_softsign] = F(gradient_softsign),
    [vitro_hard_sigmoid] = F(gradient_hard_sigmoid),
    [vitro_hard_swish] = F(gradient_hard_swish),
    [vitro_floor] = F(gradient_zero),
    [vitro_ceil] = F(gradient_zero),
    [vitro_round] = F(gradient_zero),
    [vitro_clip] = F(gradient_clip),
    [vitro_affine] = F(gradient_affine),
    [vitro_power] = F(gradient_power),
};

void F(vitro_unary_gradient_range)(vitro_unary op, const REAL *inputs, const REAL *outputs, const REAL *gradients,
                                   REAL *out, int64_t count, REAL a, REAL b) {
  F(gradient_loops)[op](inputs, outputs, gradients, out, count, a, b);
}
