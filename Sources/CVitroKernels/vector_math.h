#ifndef VITRO_PRIVATE_VECTOR_MATH_H
#define VITRO_PRIVATE_VECTOR_MATH_H

#include "normal_quantile.h"
#include "vector_math_double.h"
#include "vector_math_float.h"

// Beyond these the Gaussian has underflowed.
static const float gaussian_limit_f32 = 20.0f;
static const double gaussian_limit_f64 = 40.0;

#endif
