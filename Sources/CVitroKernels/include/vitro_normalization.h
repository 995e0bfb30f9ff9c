#ifndef VITRO_NORMALIZATION_H
#define VITRO_NORMALIZATION_H

#include "vitro_types.h"

// All functions: float32 and float64.

/// Softmax over the last axis of [rows, length]; a row of −∞ alone gives zeros.
void vitro_softmax(vitro_dtype type, const void *x, void *out, int64_t rows, int64_t length);
/// gx = y·(gy − Σ y·gy).
void vitro_softmax_gradient(vitro_dtype type, const void *y, const void *gy, void *gx, int64_t rows, int64_t length);

void vitro_log_softmax(vitro_dtype type, const void *x, void *out, int64_t rows, int64_t length);
/// gx = gy − exp(y)·Σ gy.
void vitro_log_softmax_gradient(vitro_dtype type, const void *y, const void *gy, void *gx, int64_t rows, int64_t length);

/// out[r] = log Σ_l exp(x[r, l]); an empty row gives −∞.
void vitro_log_sum_exp(vitro_dtype type, const void *x, void *out, int64_t rows, int64_t length);

/// Cross entropy with integer labels: loss[r] = log Σ exp(x[r]) − x[r, label[r]], and probabilities[r] = softmax(x[r]).
/// A label of `ignored` gives loss 0. Labels are checked by the caller.
void vitro_cross_entropy(vitro_dtype type, const void *x, const int64_t *labels, int64_t ignored, void *loss,
                         void *probabilities, int64_t rows, int64_t length);
/// gx[r] = (probabilities[r] − e_label)·g[r], 0 on ignored rows.
void vitro_cross_entropy_gradient(vitro_dtype type, const void *probabilities, const int64_t *labels, int64_t ignored,
                                  const void *g, void *gx, int64_t rows, int64_t length);

/// Normalizes rows of [rows, length]: out = (x − mean)·scale with scale = 1/√(variance + ε), without affine part; keeps mean
/// and scale, one a row. With `centered` false this is RMSNorm: mean 0, scale = 1/√(mean(x²) + ε).
void vitro_normalize_rows(vitro_dtype type, bool centered, double epsilon, const void *x, void *out, void *mean,
                          void *scale, int64_t rows, int64_t length);
/// gx from y = the normalized rows, their scale, and gy.
void vitro_normalize_rows_gradient(vitro_dtype type, bool centered, const void *y, const void *scale, const void *gy,
                                   void *gx, int64_t rows, int64_t length);

/// Normalizes channels of [outer, channels, inner] by given statistics: out = (x − mean[c])·scale[c].
void vitro_normalize_channels(vitro_dtype type, const void *x, const void *mean, const void *scale, void *out,
                              int64_t outer, int64_t channels, int64_t inner);
/// mean[c] and biased variance[c] over outer and inner.
void vitro_channel_moments(vitro_dtype type, const void *x, void *mean, void *variance, int64_t outer, int64_t channels,
                           int64_t inner);
/// Gradient through batch statistics: gx = scale[c]·(gy − mean_c(gy) − y·mean_c(gy·y)), y the normalized channels.
void vitro_normalize_channels_gradient(vitro_dtype type, const void *y, const void *scale, const void *gy, void *gx,
                                       int64_t outer, int64_t channels, int64_t inner);

#endif
