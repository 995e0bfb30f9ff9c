#ifndef VITRO_LANE_NETWORKS_H
#define VITRO_LANE_NETWORKS_H

#include "vitro_elementwise.h"
#include "vitro_optimizers.h"
#include "vitro_types.h"

// Many small networks of one structure, trained together: a vector of 64 bytes holds one number of 16 networks (float64:
// of 8), so that a whole training step (forward, loss, backward, optimizer) is arithmetic on vectors, however small a
// network is. Networks that share vectors are a group. Groups are divided among the threads; a network's bits depend neither on
// the threads nor on the other networks.
//
// A row is one number of every network of a group. The values of an example lie in `value_rows` rows: each operation
// reads some that follow one another and writes others. Parameters lie in rows too.

typedef enum vitro_lane_kind {
  vitro_lane_linear, ///< out[o] = Σ_i weight[o·inputs + i]·in[i] + bias[o]
  vitro_lane_unary,  ///< out = function(in)
  vitro_lane_copy,   ///< out = in
  vitro_lane_sum,    ///< out += in
} vitro_lane_kind;

typedef struct vitro_lane_operation {
  vitro_lane_kind kind;
  int32_t input, inputs;   ///< The rows that it reads.
  int32_t output, outputs; ///< The rows that it writes; as many as it reads, unless linear.
  int32_t weight, bias;    ///< First rows of parameters; −1 for no bias.
  int32_t asked, asks;     ///< The rows among those read whose slopes are asked for.
  bool adds;               ///< Slopes are added to those there; else put in their place.
  vitro_unary function;
  double a, b;
} vitro_lane_operation;

/// Rows that follow one another.
typedef struct vitro_lane_rows {
  int32_t first, count;
  bool decays; ///< Of parameters: whether the optimizer's decay applies.
} vitro_lane_rows;

typedef enum vitro_lane_loss {
  vitro_lane_squared_error,
  vitro_lane_absolute_error,
  vitro_lane_huber,
  vitro_lane_binary_cross_entropy, ///< Outputs are logits.
  vitro_lane_cross_entropy,        ///< Outputs are logits of classes, the target is one number: the class.
} vitro_lane_loss;

typedef struct vitro_lane_network {
  const vitro_lane_operation *operations;
  int64_t operation_count;
  int32_t value_rows, parameter_rows;
  vitro_lane_rows input, output;
  const vitro_lane_rows *summed; ///< Values that several operations read: their slopes begin at 0.
  int64_t summed_count;
  vitro_lane_loss loss;
  double loss_parameter; ///< Huber's δ, or the smoothing of labels.
} vitro_lane_network;

/// The examples of a step. Strides are from one network's to the next one's, 0 where all share them.
typedef struct vitro_lane_batch {
  const void *inputs;  ///< [examples, input rows], or with networks in front.
  const void *targets; ///< [examples, output rows], or [examples] classes as numbers of the networks' type.
  int64_t examples, input_stride, target_stride;
} vitro_lane_batch;

typedef struct vitro_lane_training {
  bool is_adam;
  vitro_adam adam;                ///< Rate and step are set for each step.
  vitro_sgd sgd;                  ///< Rate and first are set for each step.
  const vitro_lane_rows *updated; ///< All rows of parameters, cut where decay begins or ends.
  int64_t updated_count;
  int64_t first_step;             ///< Counted from 0.
  const double *rates;            ///< [steps]
  const vitro_lane_batch *batches; ///< [steps]
} vitro_lane_training;

/// The number of networks of a group.
int64_t vitro_lane_count(vitro_dtype type);

/// The bytes that `buffers` sets of parameters take in the order of lanes.
int64_t vitro_lane_bytes(vitro_dtype type, int64_t networks, int64_t parameter_rows, int64_t buffers);

/// Brings rows of parameters from [networks, count] into buffer `buffer` of `buffers` in the order of lanes, or back.
void vitro_lane_pack(vitro_dtype type, int64_t networks, int64_t parameter_rows, int64_t buffers, int64_t buffer,
                     vitro_lane_rows rows, const void *plain, void *lanes);
void vitro_lane_unpack(vitro_dtype type, int64_t networks, int64_t parameter_rows, int64_t buffers, int64_t buffer,
                       vitro_lane_rows rows, const void *lanes, void *plain);

/// Trains for `steps` steps. `lanes` holds parameters and, as the optimizer has them, one or two sets of its numbers.
/// losses[step, network] is the mean over the batch before the step. Returns false when memory is short.
bool vitro_lane_train(vitro_dtype type, const vitro_lane_network *network, const vitro_lane_training *training,
                      int64_t networks, int64_t steps, int64_t buffers, void *lanes, double *losses);

#endif
