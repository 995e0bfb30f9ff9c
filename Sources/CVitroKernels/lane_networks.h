#ifndef VITRO_PRIVATE_LANE_NETWORKS_H
#define VITRO_PRIVATE_LANE_NETWORKS_H

#include "include/vitro_lane_networks.h"
#include "kernels.h"
#include "optimizers.h"
#include "workspace.h"

// Everything that takes vectors is inlined: no call depends on how they are passed.
#pragma clang diagnostic ignored "-Wpsabi"

#define UNROLLED _Pragma("clang loop unroll(full)")

enum { lane_bytes = 64 };

/// How a task's scratch memory is laid out, in vectors, and in what blocks examples are taken.
typedef struct lane_layout {
  int64_t block;                                             // examples
  int64_t values, slopes, targets, temporary, gradients, sums; // where each begins
  int64_t end;
} lane_layout;

/// A call at work on the pool.
typedef struct lane_work {
  vitro_dtype type;
  const vitro_lane_network *network;
  const vitro_lane_training *training;
  const vitro_adam_work *adam_steps; // [steps], with what depends on the step alone
  int64_t networks, steps, buffers;
  char *lanes;
  double *losses;
  lane_layout layout;
  workspace space;
} lane_work;

void lane_train_group_f32(const lane_work *work, int64_t group, void *scratch);
void lane_train_group_f64(const lane_work *work, int64_t group, void *scratch);

/// Moves the parameters of a group; they and all that belongs to them lie one buffer after the other.
void lane_update(const lane_work *work, int64_t step, void *parameters, const void *gradients);

#endif
