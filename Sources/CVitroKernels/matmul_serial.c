#include "blas.h"

#include <limits.h>
#include <pthread.h>

#if !defined(__APPLE__)
void openblas_set_num_threads(int count);

static void use_one_thread(void) { openblas_set_num_threads(1); }
#else
static void use_one_thread(void) {
  if (__builtin_available(macOS 15.0, *)) BLASSetThreading(BLAS_THREADING_SINGLE_THREADED);
}
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;

void vitro_scale_matrix(vitro_dtype type, int64_t m, int64_t n, double beta, void *c, int64_t leading_c) {
  if (beta == 1) return;
  for (int64_t i = 0; i < m; i++) {
    if (type == vitro_float64) {
      double *row = (double *)c + i * leading_c;
      for (int64_t j = 0; j < n; j++) row[j] = beta == 0 ? 0 : beta * row[j];
    } else {
      float *row = (float *)c + i * leading_c, factor = (float)beta;
      for (int64_t j = 0; j < n; j++) row[j] = factor == 0 ? 0 : factor * row[j];
    }
  }
}

// y = α·M·v + β·y with M = op(X) [rows, columns]; the strides of v and y are the leading dimensions of the operands.
static void matrix_times_vector(vitro_dtype type, int64_t rows, int64_t columns, double alpha, operand x,
                                const void *v, int64_t stride_v, double beta, void *y, int64_t stride_y) {
  enum CBLAS_TRANSPOSE op = x.transposed ? CblasTrans : CblasNoTrans;
  int height = (int)(x.transposed ? columns : rows), width = (int)(x.transposed ? rows : columns);
  // BLAS may multiply by β = 0, and a NaN in C must not survive it.
  if (beta == 0) {
    vitro_scale_matrix(type, rows, 1, 0, y, stride_y);
    beta = 1;
  }
  if (type == vitro_float64) {
    cblas_dgemv(CblasRowMajor, op, height, width, alpha, x.data, (int)x.leading, v, (int)stride_v, beta, y,
                (int)stride_y);
  } else {
    cblas_sgemv(CblasRowMajor, op, height, width, (float)alpha, x.data, (int)x.leading, v, (int)stride_v, (float)beta,
                y, (int)stride_y);
  }
}

static bool fits_blas(int64_t rows, int64_t columns, operand x) {
  // Vitro allows any leading dimension when there is one row, BLAS does not.
  int64_t width = x.transposed ? rows : columns;
  return x.leading >= width && x.leading <= INT_MAX;
}

void vitro_serial_gemm(vitro_dtype type, int64_t m, int64_t n, int64_t k, double alpha, operand a, operand b,
                       double beta, void *c, int64_t leading_c) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0 || alpha == 0) {
    vitro_scale_matrix(type, m, n, beta, c, leading_c);
    return;
  }
  bool fits = m <= INT_MAX && n <= INT_MAX && k <= INT_MAX && fits_blas(m, k, a) && fits_blas(k, n, b) &&
              leading_c >= n && leading_c <= INT_MAX;
  // Calls of BLAS on small matrices are quick as long as nothing needs transposing.
  double tiny_work = a.transposed || b.transposed ? 2048 : 512;
  if (!fits || (double)m * (double)n * (double)k <= tiny_work) {
    vitro_tiny_gemm(type, m, n, k, alpha, a, b, beta, c, leading_c);
    return;
  }
  pthread_once(&once, use_one_thread);
  if (n == 1) {
    matrix_times_vector(type, m, k, alpha, a, b.data, b.transposed ? 1 : b.leading, beta, c, leading_c);
    return;
  }
  if (m == 1) {
    operand transposed = {b.data, b.leading, !b.transposed};
    matrix_times_vector(type, n, k, alpha, transposed, a.data, a.transposed ? a.leading : 1, beta, c, 1);
    return;
  }
  enum CBLAS_TRANSPOSE op_a = a.transposed ? CblasTrans : CblasNoTrans, op_b = b.transposed ? CblasTrans : CblasNoTrans;
  if (type == vitro_float64) {
    cblas_dgemm(CblasRowMajor, op_a, op_b, (int)m, (int)n, (int)k, alpha, a.data, (int)a.leading, b.data,
                (int)b.leading, beta, c, (int)leading_c);
  } else {
    cblas_sgemm(CblasRowMajor, op_a, op_b, (int)m, (int)n, (int)k, (float)alpha, a.data, (int)a.leading, b.data,
                (int)b.leading, (float)beta, c, (int)leading_c);
  }
}
