#ifndef VITRO_CONVOLUTION_H
#define VITRO_CONVOLUTION_H

#include "vitro_types.h"

/// A 2-D convolution (cross-correlation, as in PyTorch) or pooling. Images are [batch, channels, height, width], filters
/// [out_channels, in_channels / groups, kernel_height, kernel_width]. float32 and float64.
typedef struct vitro_window {
  int64_t batch, in_channels, height, width;
  int64_t out_channels, out_height, out_width; ///< For pooling out_channels = in_channels.
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t padding_top, padding_left;
  int64_t padding_bottom, padding_right;
  int64_t dilation_height, dilation_width;
  int64_t groups;
} vitro_window;

/// out = conv(x, filters) + bias (bias [out_channels] may be NULL).
void vitro_convolve(vitro_dtype type, const vitro_window *window, const void *x, const void *filters, const void *bias,
                    void *out);
/// gx = the gradient with respect to the images (overwritten).
void vitro_convolve_gradient_input(vitro_dtype type, const vitro_window *window, const void *filters, const void *gy,
                                   void *gx);
/// The gradients with respect to filters and, when not NULL, bias (both overwritten). The sum over the batch has a fixed order.
void vitro_convolve_gradient_filters(vitro_dtype type, const vitro_window *window, const void *x, const void *gy,
                                     void *gfilters, void *gbias);

/// Max pooling; positions [batch, channels, out_height, out_width] are the flat indices height·width of the first largest element
/// (NaN wins), padding never. A window of padding alone is the caller's error.
void vitro_max_pool(vitro_dtype type, const vitro_window *window, const void *x, void *out, int32_t *positions);
void vitro_max_pool_gradient(vitro_dtype type, const vitro_window *window, const int32_t *positions, const void *gy,
                             void *gx);

/// Average pooling; divides by the kernel's size, or with `exclude_padding` by the number of elements inside the image.
void vitro_average_pool(vitro_dtype type, const vitro_window *window, bool exclude_padding, const void *x, void *out);
void vitro_average_pool_gradient(vitro_dtype type, const vitro_window *window, bool exclude_padding, const void *gy,
                                 void *gx);

#endif
