#include "blas.h"
#include "clones.h"

// Products of tiny matrices. The width of a block of columns is a constant of each copy of the loop, so that the
// compiler keeps the block's sums in registers.

enum { tile_rows = 4, tile_width = 16, transposable = 1024 };

#define VITRO_TINY(real)                                                                                               \
  static inline __attribute__((always_inline)) void block_##real(                                                      \
      int rows, int width, int64_t m, int64_t k, real alpha, const real *a, int64_t a_row, int64_t a_column,           \
      const real *b, int64_t b_row, int64_t b_column, real beta, real *c, int64_t leading_c) {                         \
    _Pragma("clang fp contract(fast)")                                                                                 \
    for (int64_t i = 0; i < m; i += rows) {                                                                            \
      real sums[tile_rows][tile_width] = {0};                                                                          \
      for (int64_t l = 0; l < k; l++) {                                                                                \
        for (int r = 0; r < rows; r++) {                                                                               \
          real factor = a[(i + r) * a_row + l * a_column];                                                             \
          for (int j = 0; j < width; j++) sums[r][j] += factor * b[l * b_row + j * b_column];                          \
        }                                                                                                              \
      }                                                                                                                \
      for (int r = 0; r < rows; r++) {                                                                                 \
        real *row = c + (i + r) * leading_c;                                                                           \
        for (int j = 0; j < width; j++) row[j] = alpha * sums[r][j] + (beta == 0 ? 0 : beta * row[j]);                 \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  static inline __attribute__((always_inline)) void columns_##real(                                                    \
      int width, int64_t m, int64_t k, real alpha, const real *a, int64_t a_row, int64_t a_column, const real *b,      \
      int64_t b_row, int64_t b_column, real beta, real *c, int64_t leading_c) {                                        \
    int64_t tiled = m / tile_rows * tile_rows;                                                                         \
    block_##real(tile_rows, width, tiled, k, alpha, a, a_row, a_column, b, b_row, b_column, beta, c, leading_c);       \
    block_##real(1, width, m - tiled, k, alpha, a + tiled * a_row, a_row, a_column, b, b_row, b_column, beta,          \
                 c + tiled * leading_c, leading_c);                                                                    \
  }                                                                                                                    \
                                                                                                                       \
  VITRO_CLONES static void tiny_##real(int64_t m, int64_t n, int64_t k, real alpha, operand a, operand b, real beta,   \
                                       real *c, int64_t leading_c) {                                                   \
    int64_t a_row = a.transposed ? 1 : a.leading, a_column = a.transposed ? a.leading : 1;                             \
    int64_t b_row = b.leading, b_column = 1;                                                                           \
    const real *b_data = b.data;                                                                                       \
    real straight[transposable];                                                                                       \
    if (b.transposed) {                                                                                                \
      if (n * k <= transposable) {                                                                                     \
        for (int64_t j = 0; j < n; j++) {                                                                              \
          for (int64_t l = 0; l < k; l++) straight[l * n + j] = b_data[j * b.leading + l];                             \
        }                                                                                                              \
        b_data = straight;                                                                                             \
        b_row = n;                                                                                                     \
      } else {                                                                                                         \
        b_row = 1;                                                                                                     \
        b_column = b.leading;                                                                                          \
      }                                                                                                                \
    }                                                                                                                  \
    for (int64_t j = 0; j < n; j += tile_width) {                                                                      \
      const real *block = b_data + j * b_column;                                                                       \
      if (b_column != 1) {                                                                                             \
        int width = (int)smaller(n - j, tile_width);                                                                   \
        columns_##real(width, m, k, alpha, a.data, a_row, a_column, block, b_row, b_column, beta, c + j, leading_c);   \
        continue;                                                                                                      \
      }                                                                                                                \
      switch (smaller(n - j, tile_width)) {                                                                            \
        VITRO_WIDTHS(real)                                                                                             \
      }                                                                                                                \
    }                                                                                                                  \
  }

#define VITRO_WIDTH(real, width)                                                                                       \
  case width:                                                                                                          \
    columns_##real(width, m, k, alpha, a.data, a_row, a_column, block, b_row, 1, beta, c + j, leading_c);              \
    break;
#define VITRO_WIDTHS(real)                                                                                             \
  VITRO_WIDTH(real, 1)                                                                                                 \
  VITRO_WIDTH(real, 2)                                                                                                 \
  VITRO_WIDTH(real, 3)                                                                                                 \
  VITRO_WIDTH(real, 4)                                                                                                 \
  VITRO_WIDTH(real, 5)                                                                                                 \
  VITRO_WIDTH(real, 6)                                                                                                 \
  VITRO_WIDTH(real, 7)                                                                                                 \
  VITRO_WIDTH(real, 8)                                                                                                 \
  VITRO_WIDTH(real, 9)                                                                                                 \
  VITRO_WIDTH(real, 10)                                                                                                \
  VITRO_WIDTH(real, 11)                                                                                                \
  VITRO_WIDTH(real, 12)                                                                                                \
  VITRO_WIDTH(real, 13)                                                                                                \
  VITRO_WIDTH(real, 14)                                                                                                \
  VITRO_WIDTH(real, 15)                                                                                                \
  VITRO_WIDTH(real, 16)

VITRO_TINY(float)
VITRO_TINY(double)

void vitro_tiny_gemm(vitro_dtype type, int64_t m, int64_t n, int64_t k, double alpha, operand a, operand b,
                     double beta, void *c, int64_t leading_c) {
  if (type == vitro_float64) {
    tiny_double(m, n, k, alpha, a, b, beta, c, leading_c);
  } else {
    tiny_float(m, n, k, (float)alpha, a, b, (float)beta, c, leading_c);
  }
}
