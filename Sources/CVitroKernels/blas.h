#ifndef VITRO_BLAS_H
#define VITRO_BLAS_H

// The system's BLAS, always called from one thread at a time for one product: how a library cuts a product among its
// own threads changes the bits of the result, so Vitro cuts products itself.

#include "include/vitro_types.h"

#if defined(__APPLE__)
#include <Accelerate/Accelerate.h>
#else
#include <cblas.h>
#endif

/// One matrix of a product: op(X) with X row-major at `data`.
typedef struct operand {
  const void *data;
  int64_t leading;
  bool transposed;
} operand;

static inline int64_t element_size(vitro_dtype type) { return type == vitro_float64 ? 8 : 4; }

static inline int64_t ceiling(int64_t a, int64_t b) { return (a + b - 1) / b; }

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

/// Element (row, column) of op(X) as the corner of a block.
static inline operand operand_at(operand x, vitro_dtype type, int64_t row, int64_t column) {
  int64_t elements = x.transposed ? column * x.leading + row : row * x.leading + column;
  return (operand){(const char *)x.data + elements * element_size(type), x.leading, x.transposed};
}

/// C = α·op(A)·op(B) + β·C on the calling thread; any sizes.
void vitro_serial_gemm(vitro_dtype type, int64_t m, int64_t n, int64_t k, double alpha, operand a, operand b,
                       double beta, void *c, int64_t leading_c);

/// C = β·C; with β = 0, C is not read.
void vitro_scale_matrix(vitro_dtype type, int64_t m, int64_t n, double beta, void *c, int64_t leading_c);

/// The same as `vitro_serial_gemm` for matrices too small to be worth a call of BLAS; correct for all.
void vitro_tiny_gemm(vitro_dtype type, int64_t m, int64_t n, int64_t k, double alpha, operand a, operand b,
                     double beta, void *c, int64_t leading_c);

#endif
