#ifndef VITRO_ELEMENTWISE_H
#define VITRO_ELEMENTWISE_H

#include "vitro_types.h"

/// Functions of one number. `a` and `b` are the parameters of those that have some.
typedef enum vitro_unary {
  vitro_negate,
  vitro_absolute,
  vitro_sign,
  vitro_reciprocal,
  vitro_square,
  vitro_square_root,
  vitro_reciprocal_square_root,
  vitro_exp,
  vitro_expm1,
  vitro_log,
  vitro_log1p,
  vitro_sin,
  vitro_cos,
  vitro_tan,
  vitro_asin,
  vitro_acos,
  vitro_atan,
  vitro_sinh,
  vitro_cosh,
  vitro_tanh,
  vitro_sigmoid,
  vitro_log_sigmoid,
  vitro_softplus,   ///< log(1 + exp(x))
  vitro_erf,
  vitro_erfinv,
  vitro_relu,
  vitro_leaky_relu, ///< x if x > 0, else a·x
  vitro_elu,        ///< x if x > 0, else a·(exp(x) − 1)
  vitro_selu,
  vitro_gelu,       ///< x·Φ(x), exact
  vitro_gelu_tanh,  ///< the tanh approximation of GELU
  vitro_silu,       ///< x·sigmoid(x)
  vitro_softsign,   ///< x / (1 + |x|)
  vitro_hard_sigmoid, ///< clip(x/6 + 1/2, 0, 1)
  vitro_hard_swish,   ///< x·clip(x/6 + 1/2, 0, 1)
  vitro_floor,
  vitro_ceil,
  vitro_round,      ///< to nearest, ties to even
  vitro_clip,       ///< min(max(x, a), b); NaN stays NaN
  vitro_affine,     ///< a·x + b
  vitro_power,      ///< x to the power a
} vitro_unary;

typedef enum vitro_binary {
  vitro_add,
  vitro_subtract,
  vitro_multiply,
  vitro_divide,
  vitro_maximum, ///< NaN if either is NaN
  vitro_minimum, ///< NaN if either is NaN
  vitro_pow,
  vitro_atan2,
} vitro_binary;

typedef enum vitro_comparison {
  vitro_equal,
  vitro_not_equal,
  vitro_less,
  vitro_less_equal,
  vitro_greater,
  vitro_greater_equal,
} vitro_comparison;

/// out[i] = f(x[i]) for float32 or float64. `out` may be `x`.
void vitro_apply_unary(vitro_unary op, vitro_dtype type, const void *x, void *out, int64_t count, double a, double b);

/// gx[i] = f′(x[i])·gy[i], where y = f(x) is given too so that tanh, exp, … need no second evaluation. The derivative
/// at a kink is the right one that PyTorch takes: 0 for relu at 0, sign(0) = 0 for |x|, 1 inside and on the ends of clip.
void vitro_apply_unary_gradient(vitro_unary op, vitro_dtype type, const void *x, const void *y, const void *gy, void *gx,
                                int64_t count, double a, double b);

/// out = op(a, b) over a row-major grid of `shape`, reading `a` and `b` through strides. float32, float64, int32 and int64
/// (divide on integers truncates, x/0 = 0; pow and atan2 are for the float types).
/// Contiguous, scalar, row- and column-broadcast operands run at vector speed.
void vitro_apply_binary(vitro_binary op, vitro_dtype type, const void *a, const void *b, void *out, int32_t rank,
                        const int64_t *shape, const int64_t *strides_a, const int64_t *strides_b);

/// out (one byte an element, 0 or 1) = a ∘ b, for all types but float16 and bfloat16. Comparisons with NaN are false, but for ≠.
void vitro_apply_comparison(vitro_comparison op, vitro_dtype type, const void *a, const void *b, uint8_t *out,
                            int32_t rank, const int64_t *shape, const int64_t *strides_a, const int64_t *strides_b);

/// out = condition ? a : b, over elements of `element_size` bytes (1, 2, 4, 8).
void vitro_select(int64_t element_size, const uint8_t *condition, const void *a, const void *b, void *out, int32_t rank,
                  const int64_t *shape, const int64_t *strides_condition, const int64_t *strides_a,
                  const int64_t *strides_b);

/// Copies a strided view into contiguous memory: permutations, flips, expansions, slices with steps.
/// Transposes of matrices and of the last two axes run in cache-sized tiles.
void vitro_copy_strided(int64_t element_size, const void *source, void *out, int32_t rank, const int64_t *shape,
                        const int64_t *strides);

/// Copies contiguous memory into a strided view whose elements do not overlap.
void vitro_scatter_strided(int64_t element_size, const void *source, void *out, int32_t rank, const int64_t *shape,
                           const int64_t *strides);

/// Fills with one element's bytes.
void vitro_fill(int64_t element_size, const void *value, void *out, int64_t count);

/// Converts between any two types. Floats to integers truncate toward zero and saturate, NaN becomes 0; integers to narrower
/// ones saturate; to bool: ≠ 0; to half formats: round to nearest even.
void vitro_convert(vitro_dtype from, vitro_dtype to, const void *source, void *out, int64_t count);

/// out[i] = a·x[i] + out[i], for float32 or float64.
void vitro_accumulate(vitro_dtype type, double a, const void *x, void *out, int64_t count);

/// The number of elements that are NaN or infinite, for float32 or float64.
int64_t vitro_count_nonfinite(vitro_dtype type, const void *x, int64_t count);

#endif
