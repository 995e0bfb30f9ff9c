#include "include/vitro_matmul.h"

#include "blas.h"
#include "include/vitro_memory.h"
#include "include/vitro_threads.h"

#include <math.h>
#include <string.h>

// One call is cut into pieces on a grid that depends on its shape alone: over the batch, over blocks of rows and
// columns of C, and over k when C is small and k is long. Slices of k are summed by a tree over the slices.

enum {
  piece_work = 2 << 20, // Multiply-adds that are worth a task of their own.
  most_pieces = 32,     // Every piece packs its operands anew: more would waste more than they share.
  row_quantum = 16,     // Blocks of C are multiples of these, which microkernels of BLAS divide.
  column_quantum = 32,
  depth_quantum = 64,
};

typedef struct product {
  vitro_dtype type;
  int64_t batch, m, n, k;
  double alpha, beta;
  vitro_matrix a, b;
  char *c;
  int64_t leading_c, batch_stride_c;

  int64_t row_pieces, column_pieces, depth_pieces; // The grid inside one matrix.
  int64_t group;                                   // Or: whole matrices in one task.
  char *partials;                                  // [batch, depth_pieces, m, n] when depth_pieces > 1.
} product;

static operand matrix_of_batch(const vitro_matrix *x, vitro_dtype type, int64_t index) {
  int64_t elements = x->batch_offsets ? x->batch_offsets[index] : index * x->batch_stride;
  return (operand){(const char *)x->data + elements * element_size(type), x->leading, x->transposed};
}

static void choose_grid(product *p) {
  int64_t m = p->m, n = p->n, k = p->k;
  double work = (double)m * (double)n * (double)k;
  // A matrix times a vector moves memory: every number read counts, not only every multiplication.
  if (m == 1 || n == 1) work *= 8;
  p->row_pieces = p->column_pieces = p->depth_pieces = 1;
  p->group = 1;
  if (work < 2.0 * piece_work) {
    p->group = larger(1, (int64_t)(piece_work / 4 / (work + 64)));
    return;
  }
  double wanted = work / piece_work;
  double share = (double)ceiling(most_pieces, p->batch);
  if (wanted > share) wanted = share;
  // Each doubling is taken where it makes the pieces read and write the least.
  while ((double)(p->row_pieces * p->column_pieces * p->depth_pieces * 2) <= wanted * 1.5) {
    double rows = m / p->row_pieces >= 2 * row_quantum ? (double)p->row_pieces * n * k : INFINITY;
    double columns = n / p->column_pieces >= 2 * column_quantum ? (double)p->column_pieces * m * k : INFINITY;
    double depth = INFINITY;
    // The first cut of k writes both slices and reads them again; each later one does so once more for every slice.
    if (k / p->depth_pieces >= 8 * depth_quantum) depth = (p->depth_pieces == 1 ? 6.0 : 3.0 * p->depth_pieces) * m * n;
    if (rows == INFINITY && columns == INFINITY && depth == INFINITY) return;
    if (depth < rows && depth < columns) {
      p->depth_pieces *= 2;
    } else if (rows <= columns) {
      p->row_pieces *= 2;
    } else {
      p->column_pieces *= 2;
    }
  }
}

typedef struct span {
  int64_t start, length;
} span;

static span piece_span(int64_t length, int64_t pieces, int64_t quantum, int64_t index) {
  int64_t step = ceiling(ceiling(length, pieces), quantum) * quantum;
  int64_t start = smaller(index * step, length);
  return (span){start, smaller(step, length - start)};
}

static void multiply_group(void *context, int64_t task) {
  const product *p = context;
  int64_t end = smaller((task + 1) * p->group, p->batch);
  for (int64_t index = task * p->group; index < end; index++) {
    vitro_serial_gemm(p->type, p->m, p->n, p->k, p->alpha, matrix_of_batch(&p->a, p->type, index),
                      matrix_of_batch(&p->b, p->type, index), p->beta,
                      p->c + index * p->batch_stride_c * element_size(p->type), p->leading_c);
  }
}

static void multiply_piece(void *context, int64_t task) {
  const product *p = context;
  int64_t size = element_size(p->type);
  span columns = piece_span(p->n, p->column_pieces, column_quantum, task % p->column_pieces);
  task /= p->column_pieces;
  span rows = piece_span(p->m, p->row_pieces, row_quantum, task % p->row_pieces);
  task /= p->row_pieces;
  int64_t slice = task % p->depth_pieces;
  span depth = piece_span(p->k, p->depth_pieces, depth_quantum, slice);
  int64_t index = task / p->depth_pieces;

  operand a = operand_at(matrix_of_batch(&p->a, p->type, index), p->type, rows.start, depth.start);
  operand b = operand_at(matrix_of_batch(&p->b, p->type, index), p->type, depth.start, columns.start);
  if (p->partials) {
    char *partial = p->partials + (index * p->depth_pieces + slice) * p->m * p->n * size;
    vitro_serial_gemm(p->type, rows.length, columns.length, depth.length, p->alpha, a, b, 0,
                      partial + (rows.start * p->n + columns.start) * size, p->n);
  } else {
    char *c = p->c + (index * p->batch_stride_c + rows.start * p->leading_c + columns.start) * size;
    vitro_serial_gemm(p->type, rows.length, columns.length, depth.length, p->alpha, a, b, p->beta, c, p->leading_c);
  }
}

#define VITRO_SUM_SLICES(real)                                                                                         \
  static void sum_slices_##real(const product *p, int64_t index, int64_t row) {                                       \
    int64_t n = p->n, matrix = p->m * p->n;                                                                           \
    real *first = (real *)p->partials + index * p->depth_pieces * matrix + row * n;                                   \
    for (int64_t step = 1; step < p->depth_pieces; step *= 2) {                                                       \
      for (int64_t slice = 0; slice + step < p->depth_pieces; slice += 2 * step) {                                    \
        real *sum = first + slice * matrix;                                                                           \
        const real *other = sum + step * matrix;                                                                      \
        for (int64_t j = 0; j < n; j++) sum[j] += other[j];                                                           \
      }                                                                                                               \
    }                                                                                                                 \
    real *c = (real *)p->c + index * p->batch_stride_c + row * p->leading_c;                                          \
    real beta = (real)p->beta;                                                                                        \
    if (beta == 0) {                                                                                                  \
      memcpy(c, first, (size_t)n * sizeof(real));                                                                     \
    } else {                                                                                                          \
      for (int64_t j = 0; j < n; j++) c[j] = first[j] + beta * c[j];                                                  \
    }                                                                                                                 \
  }
VITRO_SUM_SLICES(float)
VITRO_SUM_SLICES(double)
#undef VITRO_SUM_SLICES

// Tasks of the sum are bands of rows of one matrix.
static int64_t rows_of_sum(const product *p) { return larger(1, 32768 / (p->n * p->depth_pieces)); }

static void sum_band(void *context, int64_t task) {
  const product *p = context;
  int64_t band = rows_of_sum(p), bands = ceiling(p->m, band);
  int64_t index = task / bands, start = task % bands * band;
  for (int64_t row = start; row < smaller(start + band, p->m); row++) {
    if (p->type == vitro_float64) {
      sum_slices_double(p, index, row);
    } else {
      sum_slices_float(p, index, row);
    }
  }
}

void vitro_matmul(vitro_dtype type, int64_t batch, int64_t m, int64_t n, int64_t k, double alpha, vitro_matrix a,
                  vitro_matrix b, double beta, void *c, int64_t leading_c, int64_t batch_stride_c) {
  if (batch <= 0 || m <= 0 || n <= 0) return;
  product p = {.type = type, .batch = batch, .m = m, .n = n, .k = k, .alpha = alpha, .beta = beta, .a = a, .b = b,
               .c = c, .leading_c = leading_c, .batch_stride_c = batch_stride_c};
  choose_grid(&p);
  int64_t pieces = p.row_pieces * p.column_pieces * p.depth_pieces;
  if (pieces == 1) {
    vitro_parallel(ceiling(batch, p.group), multiply_group, &p);
    return;
  }
  int64_t bytes = batch * p.depth_pieces * m * n * element_size(type);
  if (p.depth_pieces > 1) p.partials = vitro_allocate(bytes);
  if (!p.partials) p.depth_pieces = 1;
  vitro_parallel(batch * p.row_pieces * p.column_pieces * p.depth_pieces, multiply_piece, &p);
  if (p.partials) {
    vitro_parallel(batch * ceiling(m, rows_of_sum(&p)), sum_band, &p);
    vitro_release(p.partials, bytes);
  }
}
