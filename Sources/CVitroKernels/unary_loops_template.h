// Template over REAL: one loop for each function, and the table of them.

#define UNARY(name, expression)                                                                                        \
  VITRO_CLONES static void F(loop_##name)(const REAL *input, REAL *out, int64_t count, REAL a, REAL b) {               \
    (void)a, (void)b;                                                                                                  \
    VITRO_VECTOR_LOOP                                                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      REAL x = input[i];                                                                                               \
      out[i] = (expression);                                                                                           \
    }                                                                                                                  \
  }

// Functions of the mathematical library are called one element at a time.
#define UNARY_SCALAR(name, expression)                                                                                 \
  static void F(loop_##name)(const REAL *input, REAL *out, int64_t count, REAL a, REAL b) {                            \
    (void)a, (void)b;                                                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      REAL x = input[i];                                                                                               \
      out[i] = (expression);                                                                                           \
    }                                                                                                                  \
  }

UNARY(negate, -x)
UNARY(absolute, F(absolute)(x))
UNARY(sign, F(sign)(x))
UNARY(reciprocal, 1 / x)
UNARY(square, x *x)
UNARY(square_root, F(sqrt)(x))
UNARY(reciprocal_square_root, 1 / F(sqrt)(x))
UNARY(exp, F(exp)(x))
UNARY(expm1, F(expm1)(x))
UNARY(log, F(log)(x))
UNARY(log1p, F(log1p)(x))
UNARY_SCALAR(asin, LIBM(asin)(x))
UNARY_SCALAR(acos, LIBM(acos)(x))
UNARY_SCALAR(atan, LIBM(atan)(x))
UNARY_SCALAR(sinh, LIBM(sinh)(x))
UNARY_SCALAR(cosh, LIBM(cosh)(x))
UNARY(tanh, F(tanh)(x))
UNARY(sigmoid, F(sigmoid)(x))
UNARY(log_sigmoid, F(log_sigmoid)(x))
UNARY(softplus, F(softplus)(x))
UNARY(erf, F(erf)(x))
UNARY(erfinv, F(erfinv)(x))
UNARY(relu, x <= 0 ? 0 : x)
UNARY(leaky_relu, x > 0 ? x : a * x)
UNARY(elu, F(elu)(x, a))
UNARY(selu, SELU_SCALE *F(elu)(x, SELU_ALPHA))
UNARY(gelu, F(gelu)(x))
UNARY(gelu_tanh, F(gelu_tanh)(x))
UNARY(silu, F(silu)(x))
UNARY(softsign, F(absolute)(x) < INFINITY ? x / (1 + F(absolute)(x)) : F(sign)(x))
UNARY(hard_sigmoid, F(hard_sigmoid)(x))
UNARY(hard_swish, F(gated)(x, F(hard_sigmoid)(x)))
UNARY(floor, LIBM(floor)(x))
UNARY(ceil, LIBM(ceil)(x))
UNARY(round, LIBM(rint)(x))
UNARY(affine, a *x + b)
UNARY(cube, x *x *x)
UNARY_SCALAR(general_power, LIBM(pow)(x, a))

VITRO_CLONES static void F(loop_clip)(const REAL *input, REAL *out, int64_t count, REAL a, REAL b) {
  VITRO_VECTOR_LOOP
  for (int64_t i = 0; i < count; i++) {
    REAL x = input[i];
    x = x < a ? a : x;
    out[i] = x > b ? b : x;
  }
}

static void F(loop_power)(const REAL *input, REAL *out, int64_t count, REAL a, REAL b) {
  if (a == 1) {
    F(loop_affine)(input, out, count, 1, -(REAL)0.0);
  } else if (a == 2) {
    F(loop_square)(input, out, count, a, b);
  } else if (a == 3) {
    F(loop_cube)(input, out, count, a, b);
  } else if (a == -1) {
    F(loop_reciprocal)(input, out, count, a, b);
  } else {
    F(loop_general_power)(input, out, count, a, b);
  }
}

typedef void (*F(unary_loop))(const REAL *input, REAL *out, int64_t count, REAL a, REAL b);

static const F(unary_loop) F(unary_loops)[] = {
    [vitro_negate] = F(loop_negate),
    [vitro_absolute] = F(loop_absolute),
    [vitro_sign] = F(loop_sign),
    [vitro_reciprocal] = F(loop_reciprocal),
    [vitro_square] = F(loop_square),
    [vitro_square_root] = F(loop_square_root),
    [vitro_reciprocal_square_root] = F(loop_reciprocal_square_root),
    [vitro_exp] = F(loop_exp),
    [vitro_expm1] = F(loop_expm1),
    [vitro_log] = F(loop_log),
    [vitro_log1p] = F(loop_log1p),
    [vitro_sin] = F(loop_sin),
    [vitro_cos] = F(loop_cos),
    [vitro_tan] = F(loop_tan),
    [vitro_asin] = F(loop_asin),
    [vitro_acos] = F(loop_acos),
    [vitro_atan] = F(loop_atan),
    [vitro_sinh] = F(loop_sinh),
    [vitro_cosh] = F(loop_cosh),
    [vitro_tanh] = F(loop_tanh),
    [vitro_sigmoid] = F(loop_sigmoid),
    [vitro_log_sigmoid] = F(loop_log_sigmoid),
    [vitro_softplus] = F(loop_softplus),
    [vitro_erf] = F(loop_erf),
    [vitro_erfinv] = F(loop_erfinv),
    [vitro_relu] = F(loop_relu),
    [vitro_leaky_relu] = F(loop_leaky_relu),
    [vitro_elu] = F(loop_elu),
    [vitro_selu] = F(loop_selu),
    [vitro_gelu] = F(loop_gelu),
    [vitro_gelu_tanh] = F(loop_gelu_tanh),
    [vitro_silu] = F(loop_silu),
    [vitro_softsign] = F(loop_softsign),
    [vitro_hard_sigmoid] = F(loop_hard_sigmoid),
    [vitro_hard_swish] = F(loop_hard_swish),
    [vitro_floor] = F(loop_floor),
    [vitro_ceil] = F(loop_ceil),
    [vitro_round] = F(loop_round),
    [vitro_clip] = F(loop_clip),
    [vitro_affine] = F(loop_affine),
    [vitro_power] = F(loop_power),
};

void F(vitro_unary_range)(vitro_unary op, const REAL *input, REAL *out, int64_t count, REAL a, REAL b) {
  F(unary_loops)[op](input, out, count, a, b);
}
