#ifndef VITRO_MATMUL_H
#define VITRO_MATMUL_H

#include "vitro_types.h"

/// A batch of matrix products over float32 or float64, C_b = α·op(A_b)·op(B_b) + β·C_b, with op the identity or the transpose.
/// Row-major with leading dimensions; op(A) is [m, k], op(B) is [k, n], C is [m, n]. The offset of matrix b of an operand is
/// batch_offsets[b] elements when given, else b·batch_stride (0 repeats one matrix).
typedef struct vitro_matrix {
  const void *data;
  int64_t leading;
  int64_t batch_stride;
  const int64_t *batch_offsets; ///< NULL for regular batches.
  bool transposed;
} vitro_matrix;

/// With β = 0, C is not read. With k = 0, C becomes β·C. Matrices of C must not overlap.
void vitro_matmul(vitro_dtype type, int64_t batch, int64_t m, int64_t n, int64_t k, double alpha, vitro_matrix a,
                  vitro_matrix b, double beta, void *c, int64_t leading_c, int64_t batch_stride_c);

#endif
