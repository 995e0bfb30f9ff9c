// Template over REAL: one group of networks through its steps.

enum { F(lane_width) = lane_bytes / sizeof(REAL) };

typedef REAL F(lanes) __attribute__((ext_vector_type(lane_bytes / sizeof(REAL))));
#define LANES F(lanes)

#include "lane_linear_template.h"
#include "lane_losses_template.h"

/// A block of examples: row r of the values lies at values + r·examples.
typedef struct F(lane_block) {
  int64_t examples;
  LANES *values, *slopes, *targets, *temporary;
} F(lane_block);

/// Reads [examples, rows] as rows of lanes.
VITRO_INLINE void F(lane_fill)(LANES *out, const REAL *data, int64_t stride, int64_t rows, int64_t first,
                               int64_t examples, int64_t network, int64_t networks) {
  if (stride == 0) {
    for (int64_t e = 0; e < examples; e++) {
      for (int64_t r = 0; r < rows; r++) out[r * examples + e] = (LANES){} + data[(first + e) * rows + r];
    }
    return;
  }
  int64_t used = vitro_smaller(F(lane_width), networks - network);
  for (int64_t e = 0; e < examples; e++) {
    for (int64_t r = 0; r < rows; r++) {
      REAL *lanes = (REAL *)(out + r * examples + e);
      for (int64_t lane = 0; lane < F(lane_width); lane++) {
        int64_t source = network + (lane < used ? lane : 0);
        lanes[lane] = data[source * stride + (first + e) * rows + r];
      }
    }
  }
}

VITRO_INLINE void F(lane_forward)(const vitro_lane_operation *op, const F(lane_block) *block, const LANES *parameters) {
  int64_t n = block->examples;
  LANES *out = block->values + op->output * n;
  const LANES *in = block->values + op->input * n;
  switch (op->kind) {
  case vitro_lane_linear:
    F(lane_combine)(out, in, parameters + op->weight, op->outputs, op->inputs, op->inputs, 1,
                    op->bias < 0 ? NULL : parameters + op->bias, false, n);
    break;
  case vitro_lane_unary:
    F(vitro_unary_range)(op->function, (const REAL *)in, (REAL *)out, op->inputs * n * F(lane_width), (REAL)op->a,
                         (REAL)op->b);
    break;
  case vitro_lane_copy:
    for (int64_t i = 0; i < op->inputs * n; i++) out[i] = in[i];
    break;
  case vitro_lane_sum:
    for (int64_t i = 0; i < op->inputs * n; i++) out[i] += in[i];
    break;
  }
}

VITRO_INLINE void F(lane_put)(LANES *out, const LANES *in, int64_t count, bool adds) {
  if (adds) {
    for (int64_t i = 0; i < count; i++) out[i] += in[i];
  } else {
    for (int64_t i = 0; i < count; i++) out[i] = in[i];
  }
}

VITRO_INLINE void F(lane_backward)(const vitro_lane_operation *op, const F(lane_block) *block, const LANES *parameters,
                                   LANES *gradients) {
  int64_t n = block->examples;
  const LANES *in = block->values + op->input * n, *out = block->values + op->output * n;
  const LANES *slopes = block->slopes + op->output * n;
  LANES *asked = block->slopes + op->asked * n;
  switch (op->kind) {
  case vitro_lane_linear:
    if (op->bias >= 0) F(lane_accumulate_bias)(gradients + op->bias, slopes, op->outputs, n);
    F(lane_accumulate)(gradients + op->weight, slopes, in, op->outputs, op->inputs, n);
    if (op->asks > 0)
      F(lane_combine)(asked, slopes, parameters + op->weight + (op->asked - op->input), op->asks, op->outputs, 1,
                      op->inputs, NULL, op->adds, n);
    break;
  case vitro_lane_unary: {
    if (op->asks == 0) break;
    LANES *target = op->adds ? block->temporary : asked;
    F(vitro_unary_gradient_range)(op->function, (const REAL *)in, (const REAL *)out, (const REAL *)slopes,
                                  (REAL *)target, op->inputs * n * F(lane_width), (REAL)op->a, (REAL)op->b);
    if (op->adds) F(lane_put)(asked, target, op->inputs * n, true);
    break;
  }
  case vitro_lane_copy:
  case vitro_lane_sum:
    if (op->asks > 0) F(lane_put)(asked, slopes, op->inputs * n, op->adds);
    break;
  }
}

/// One block of a batch: its part of the gradient is added, and of the loss.
VITRO_INLINE void F(lane_run_block)(const lane_work *work, const vitro_lane_batch *batch, int64_t first,
                                    const F(lane_block) *block, const LANES *parameters, LANES *gradients,
                                    int64_t group, double *sums) {
  const vitro_lane_network *network = work->network;
  int64_t n = block->examples, member = group * F(lane_width);
  F(lane_fill)(block->values + network->input.first * n, batch->inputs, batch->input_stride, network->input.count,
               first, n, member, work->networks);
  int64_t target_rows = network->loss == vitro_lane_cross_entropy ? 1 : network->output.count;
  F(lane_fill)(block->targets, batch->targets, batch->target_stride, target_rows, first, n, member, work->networks);
  for (int64_t i = 0; i < network->operation_count; i++) F(lane_forward)(&network->operations[i], block, parameters);

  for (int64_t i = 0; i < network->summed_count; i++) {
    vitro_lane_rows rows = network->summed[i];
    memset(block->slopes + rows.first * n, 0, (size_t)(rows.count * n) * lane_bytes);
  }
  int64_t output = network->output.first * n;
  LANES loss = F(lane_judge)(network, batch->examples, block->values + output, block->targets, block->slopes + output,
                             block->temporary, n);
  UNROLLED for (int lane = 0; lane < F(lane_width); lane++) sums[lane] += (double)loss[lane];
  for (int64_t i = network->operation_count; i-- > 0;)
    F(lane_backward)(&network->operations[i], block, parameters, gradients);
}

VITRO_CLONES static void F(lane_gradient)(const lane_work *work, int64_t step, int64_t group, const LANES *parameters,
                                          LANES *memory) {
  const vitro_lane_batch *batch = &work->training->batches[step];
  const lane_layout *layout = &work->layout;
  F(lane_block) block = {
      0, memory, memory + layout->slopes, memory + layout->targets, memory + layout->temporary,
  };
  LANES *gradients = memory + layout->gradients;
  double *sums = (double *)(memory + layout->sums);
  memset(gradients, 0, (size_t)work->network->parameter_rows * lane_bytes);
  memset(sums, 0, F(lane_width) * sizeof(double));
  for (int64_t first = 0; first < batch->examples; first += layout->block) {
    block.examples = vitro_smaller(layout->block, batch->examples - first);
    F(lane_run_block)(work, batch, first, &block, parameters, gradients, group, sums);
  }
}

void F(lane_train_group)(const lane_work *work, int64_t group, void *scratch) {
  const vitro_lane_network *network = work->network;
  LANES *memory = scratch;
  LANES *parameters = (LANES *)work->lanes + group * work->buffers * network->parameter_rows;
  const double *sums = (const double *)(memory + work->layout.sums);
  int64_t member = group * F(lane_width), used = vitro_smaller(F(lane_width), work->networks - member);
  int64_t terms = network->loss == vitro_lane_cross_entropy ? 1 : network->output.count;
  for (int64_t step = 0; step < work->steps; step++) {
    F(lane_gradient)(work, step, group, parameters, memory);
    double count = (double)work->training->batches[step].examples * (double)terms;
    double *losses = work->losses + step * work->networks + member;
    for (int64_t lane = 0; lane < used; lane++) losses[lane] = (double)(REAL)(sums[lane] / count);
    lane_update(work, step, parameters, memory + work->layout.gradients);
  }
}

#undef LANES
