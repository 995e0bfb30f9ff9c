#include "fitting.h"

#include "blas.h"

#include <math.h>

// The upper triangle is cut into square blocks of columns, the rows into slices; a task is one block of one slice.

enum { gram_block = 256, gram_tasks = 32 };

typedef struct gram_job {
  vitro_dtype type;
  const void *x;
  int64_t rows, leading, block, blocks, pairs, slices, step;
  char *partials; // [slices, pairs, block, block]
  double *gram;
} gram_job;

static void pair_of(const gram_job *job, int64_t pair, int64_t *first, int64_t *second) {
  int64_t row = 0;
  while (pair >= job->blocks - row) pair -= job->blocks - row++;
  *first = row;
  *second = row + pair;
}

static int64_t block_width(const gram_job *job, int64_t block) {
  int64_t left = job->leading - block * job->block;
  return left < job->block ? left : job->block;
}

static void multiply_block(void *context, int64_t task) {
  const gram_job *job = context;
  int64_t first, second, slice = task / job->pairs;
  pair_of(job, task % job->pairs, &first, &second);
  int64_t m = block_width(job, first), n = block_width(job, second);
  int64_t start = slice * job->step, end = start + job->step < job->rows ? start + job->step : job->rows;
  operand x = {job->x, job->leading, false};
  operand a = operand_at(x, job->type, start, first * job->block);
  operand b = operand_at(x, job->type, start, second * job->block);
  a.transposed = true;
  vitro_serial_gemm(job->type, m, n, end - start, 1, a, b, 0,
                    job->partials + task * job->block * job->block * element_size(job->type), job->block);
}

static void sum_block(void *context, int64_t pair) {
  const gram_job *job = context;
  int64_t first, second, stride = job->pairs * job->block * job->block;
  pair_of(job, pair, &first, &second);
  int64_t m = block_width(job, first), n = block_width(job, second);
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = first == second ? i : 0; j < n; j++) {
      int64_t place = pair * job->block * job->block + i * job->block + j;
      double sum = 0;
      for (int64_t slice = 0; slice < job->slices; slice++) {
        sum += job->type == vitro_float64 ? ((const double *)job->partials)[slice * stride + place]
                                          : (double)((const float *)job->partials)[slice * stride + place];
      }
      int64_t row = first * job->block + i, column = second * job->block + j;
      job->gram[row * job->leading + column] = sum;
      job->gram[column * job->leading + row] = sum;
    }
  }
}

typedef struct weighing_job {
  vitro_dtype type;
  const void *x;
  const double *weights;
  const int64_t *kept;
  int64_t leading, count;
  void *out;
} weighing_job;

static void weigh_rows(void *context, int64_t task) {
  const weighing_job *job = context;
  int64_t end = (task + 1) * 256 < job->count ? (task + 1) * 256 : job->count, leading = job->leading;
  for (int64_t i = task * 256; i < end; i++) {
    double factor = sqrt(job->weights[job->kept[i]]);
    if (job->type == vitro_float64) {
      const double *source = (const double *)job->x + job->kept[i] * leading;
      double *out = (double *)job->out + i * leading;
      for (int64_t j = 0; j < leading; j++) out[j] = source[j] * factor;
    } else {
      const float *source = (const float *)job->x + job->kept[i] * leading;
      float *out = (float *)job->out + i * leading, narrow = (float)factor;
      for (int64_t j = 0; j < leading; j++) out[j] = source[j] * narrow;
    }
  }
}

static bool plain_gram(vitro_dtype type, const void *x, int64_t rows, int64_t leading, double *gram) {
  gram_job job = {.type = type, .x = x, .rows = rows, .leading = leading, .gram = gram};
  job.blocks = (leading + gram_block - 1) / gram_block;
  job.block = ((leading + job.blocks - 1) / job.blocks + 15) / 16 * 16;
  job.blocks = (leading + job.block - 1) / job.block;
  job.pairs = job.blocks * (job.blocks + 1) / 2;
  int64_t slices = gram_tasks / job.pairs, most = (rows + fitting_slice_rows - 1) / fitting_slice_rows;
  job.slices = slices < 1 ? 1 : slices > most ? (most < 1 ? 1 : most) : slices;
  job.step = (rows + job.slices - 1) / job.slices;
  int64_t bytes = job.slices * job.pairs * job.block * job.block * element_size(type);
  job.partials = vitro_allocate(bytes);
  if (!job.partials) return false;
  vitro_parallel(job.slices * job.pairs, multiply_block, &job);
  vitro_parallel(job.pairs, sum_block, &job);
  vitro_release(job.partials, bytes);
  return true;
}

bool vitro_weighted_gram(vitro_dtype type, const void *x, int64_t rows, int64_t leading, const double *weights,
                         double *gram) {
  if (!weights) return plain_gram(type, x, rows, leading, gram);
  int64_t list_bytes = rows * (int64_t)sizeof(int64_t), count = 0;
  int64_t *kept = vitro_allocate(list_bytes);
  if (!kept) return false;
  for (int64_t row = 0; row < rows; row++) {
    if (weights[row] > 0) kept[count++] = row;
  }
  int64_t bytes = count * leading * element_size(type);
  void *weighed = vitro_allocate(bytes);
  bool done = weighed != NULL;
  if (done) {
    weighing_job job = {type, x, weights, kept, leading, count, weighed};
    vitro_parallel((count + 255) / 256, weigh_rows, &job);
    done = plain_gram(type, weighed, count, leading, gram);
    vitro_release(weighed, bytes);
  }
  vitro_release(kept, list_bytes);
  return done;
}
