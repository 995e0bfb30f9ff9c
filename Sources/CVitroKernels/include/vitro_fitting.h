#ifndef VITRO_FITTING_H
#define VITRO_FITTING_H

#include "vitro_types.h"

// Linear models on many rows of few or many features. The rows are first copied once, centred and scaled, into a padded
// matrix `[vitro_padded_rows(rows), leading]` whose column `features` is all ones (the intercept) and whose padding is zero;
// everything else reads that.

/// The distance between rows of the padded matrix: at least features + 1, an odd multiple of 16.
int64_t vitro_padded_features(int64_t features);

/// The number of rows of the padded matrix: a multiple of 8.
int64_t vitro_padded_rows(int64_t rows);

/// Σ w, and for each column Σ w·x / Σ w and Σ w·(x − mean)² / Σ w, in double precision. x is float32 or float64
/// `[rows, features]`; `weights` may be NULL (all one). A column with NaN or infinity gets a mean that is not finite.
double vitro_column_moments(vitro_dtype type, const void *x, int64_t rows, int64_t features, const double *weights,
                            double *mean, double *variance);

/// out[i, j] = (x[i, j] − mean[j])·factor[j], padded as said above; `from` and `to` are float32 or float64.
void vitro_standardize(vitro_dtype from, vitro_dtype to, const void *x, int64_t rows, int64_t features,
                       const double *mean, const double *factor, void *out);

/// One classification of all rows: labels, weights, and the point where its loss is asked.
typedef struct vitro_classification {
  const int32_t *labels;      ///< [rows], 0 ..< classes
  const double *weights;      ///< [rows], or NULL for all one
  int64_t columns;            ///< 1: logistic, label 1 is positive; K > 1: softmax over K classes
  const double *coefficients; ///< [columns, leading]; element `features` of a row is the intercept
  double *gradient;           ///< [columns, leading]: Σ_i w_i ∂loss_i/∂coefficients
  double *curvature;          ///< [rows] or NULL: w_i·p(1 − p), or w_i·Σ_k p_k(1 − p_k)/(K − 1)
  double loss;                ///< Σ_i w_i·loss_i
  double curvature_sum;       ///< Σ_i curvature_i
} vitro_classification;

/// Losses and gradients of several classifications of the same padded rows in one pass over them. Sums run over rows in
/// blocks fixed by shape, then in double precision. Returns false when memory is short.
bool vitro_classification_losses(vitro_dtype type, const void *x, int64_t rows, int64_t leading,
                                 vitro_classification *sets, int64_t count);

/// gram[i, j] = Σ_r w_r·x[r, i]·x[r, j] for a padded matrix `[rows, leading]`, both triangles, in double precision.
/// Rows of weight 0 cost nothing; `weights` may be NULL (all one). Returns false when memory is short.
bool vitro_weighted_gram(vitro_dtype type, const void *x, int64_t rows, int64_t leading, const double *weights,
                         double *gram);

#endif
