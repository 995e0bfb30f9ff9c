#include "fitting.h"

#include <math.h>

enum { narrow_columns = 4 };

typedef struct losses_job {
  const void *x;
  int64_t leading, count, columns, panels, block_rows, scratch_bytes;
  bool narrow; // Few columns: vectors run along the features, not along the columns.
  vitro_classification *sets;
  row_slices slices;
  void *weights;
  char *scratch; // For each slice: its gradient, the block's logits and exponentials, its losses.
} losses_job;

typedef float vector_float __attribute__((ext_vector_type(16)));
typedef double vector_double __attribute__((ext_vector_type(8)));

/// exp(x) for x ≤ 0, to 2 units in the last place: 2ⁿ·exp(r), |r| ≤ ln 2 / 2 (Cephes).
static inline __attribute__((always_inline)) float exponential_float(float x) {
  x = x < -87.0f ? -87.0f : x;
  float n = __builtin_rintf(x * 1.44269504088896341f);
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  float result = p * (r * r) + r + 1.0f;
  union { int32_t bits; float value; } scale = {.bits = ((int32_t)n + 127) << 23};
  return result * scale.value;
}

/// exp(x) for x ≤ 0: 2ⁿ·exp(r) with the Taylor polynomial of degree 13, whose remainder is 4·10⁻¹⁸.
static inline __attribute__((always_inline)) double exponential_double(double x) {
  x = x < -708.0 ? -708.0 : x;
  double n = __builtin_rint(x * 1.4426950408889634);
  double r = x - n * 6.93145751953125e-1;
  r = r - n * 1.42860682030941723212e-6;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  double result = p * (r * r) + r + 1.0;
  union { int64_t bits; double value; } scale = {.bits = ((int64_t)n + 1023) << 52};
  return result * scale.value;
}

#define real float
#define vec vector_float
#define lanes 16
#define EXPONENTIAL exponential_float
#define NAME(base) base##_float
#include "fitting_narrow_template.h"
#include "fitting_losses_template.h"
#undef real
#undef vec
#undef lanes
#undef EXPONENTIAL
#undef NAME

#define real double
#define vec vector_double
#define lanes 8
#define EXPONENTIAL exponential_double
#define NAME(base) base##_double
#include "fitting_narrow_template.h"
#include "fitting_losses_template.h"
#undef real
#undef vec
#undef lanes
#undef EXPONENTIAL
#undef NAME

static int64_t whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

bool vitro_classification_losses(vitro_dtype type, const void *x, int64_t rows, int64_t leading,
                                 vitro_classification *sets, int64_t count) {
  bool wide = type == vitro_float64;
  int64_t size = fitting_element_size(type), width = wide ? 8 : 16, columns = 0;
  for (int64_t s = 0; s < count; s++) columns += sets[s].columns;
  losses_job job = {.x = x, .leading = leading, .count = count, .sets = sets, .slices = slices_of(rows)};
  job.columns = columns;
  job.narrow = columns <= narrow_columns;
  job.panels = (columns + width - 1) / width;
  // A block of rows is read twice: it should still be in the second-level cache the second time.
  int64_t block = 196608 / (leading * size) / 8 * 8;
  job.block_rows = block < 8 ? 8 : block > 64 ? 64 : block;
  int64_t panel_bytes = job.panels * 64;
  job.scratch_bytes = whole_lines(panel_bytes * leading + 3 * panel_bytes * job.block_rows +
                                  job.block_rows * count * size + 64 + 2 * count * 8);
  int64_t weight_bytes = panel_bytes * leading, scratch = job.slices.count * job.scratch_bytes;
  char *memory = vitro_allocate(weight_bytes + scratch);
  if (!memory) return false;
  job.weights = memory;
  job.scratch = memory + weight_bytes;
  if (wide) pack_weights_double(&job); else pack_weights_float(&job);
  vitro_parallel(job.slices.count, wide ? slice_losses_double : slice_losses_float, &job);
  vitro_parallel(columns, wide ? sum_slices_double : sum_slices_float, &job);
  for (int64_t s = 0; s < count; s++) {
    sets[s].loss = sets[s].curvature_sum = 0;
    for (int64_t slice = 0; slice < job.slices.count; slice++) {
      const double *losses = (const double *)(job.scratch + (slice + 1) * job.scratch_bytes) - 2 * count + 2 * s;
      sets[s].loss += losses[0];
      sets[s].curvature_sum += losses[1];
    }
  }
  vitro_release(memory, weight_bytes + scratch);
  return true;
}
