#ifndef VITRO_CONVOLUTION_PLAIN_H
#define VITRO_CONVOLUTION_PLAIN_H

#include "include/vitro_convolution.h"

// Convolution by its definition, without any memory of its own: what remains when the scratch memory of the fast loops
// is not to be had, as with a padding or dilation of millions.

void vitro_convolve_plainly(vitro_dtype type, const vitro_window *window, const void *x, const void *filters,
                            const void *bias, void *out);
void vitro_convolve_gradient_input_plainly(vitro_dtype type, const vitro_window *window, const void *filters,
                                           const void *gy, void *gx);
void vitro_convolve_gradient_filters_plainly(vitro_dtype type, const vitro_window *window, const void *x,
                                             const void *gy, void *gfilters, void *gbias);

#endif
