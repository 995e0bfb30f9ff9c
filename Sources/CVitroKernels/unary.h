#ifndef VITRO_PRIVATE_UNARY_H
#define VITRO_PRIVATE_UNARY_H

#include "include/vitro_elementwise.h"

// One contiguous piece, on the calling thread.

void vitro_unary_range_f32(vitro_unary op, const float *input, float *out, int64_t count, float a, float b);
void vitro_unary_range_f64(vitro_unary op, const double *input, double *out, int64_t count, double a, double b);

void vitro_unary_gradient_range_f32(vitro_unary op, const float *inputs, const float *outputs, const float *gradients,
                                    float *out, int64_t count, float a, float b);
void vitro_unary_gradient_range_f64(vitro_unary op, const double *inputs, const double *outputs,
                                    const double *gradients, double *out, int64_t count, double a, double b);

#endif
