#include "lane_networks.h"

#include "include/vitro_memory.h"

// Values of a block and their slopes are to stay in the first cache.
enum { least_block = 16, most_block = 64, block_vectors = 320 };

int64_t vitro_lane_count(vitro_dtype type) { return lane_bytes / vitro_size_of(type); }

static int64_t group_count(vitro_dtype type, int64_t networks) {
  int64_t lanes = vitro_lane_count(type);
  return (networks + lanes - 1) / lanes;
}

int64_t vitro_lane_bytes(vitro_dtype type, int64_t networks, int64_t parameter_rows, int64_t buffers) {
  return group_count(type, networks) * buffers * parameter_rows * lane_bytes;
}

// Parameters

/// The row of lanes in which a network's parameters begin.
typedef struct lane_place {
  int64_t offset, stride; // in elements
} lane_place;

static lane_place place_of(vitro_dtype type, int64_t network, int64_t parameter_rows, int64_t buffers, int64_t buffer,
                           int64_t first) {
  int64_t lanes = vitro_lane_count(type), group = network / lanes;
  int64_t row = (group * buffers + buffer) * parameter_rows + first;
  return (lane_place){row * lanes + network % lanes, lanes};
}

#define MOVE(T)                                                                                                        \
  static void pack_##T(const T *plain, T *lanes, lane_place place, int64_t count) {                                    \
    for (int64_t i = 0; i < count; i++) lanes[place.offset + i * place.stride] = plain[i];                             \
  }                                                                                                                    \
  static void unpack_##T(const T *lanes, T *plain, lane_place place, int64_t count) {                                  \
    for (int64_t i = 0; i < count; i++) plain[i] = lanes[place.offset + i * place.stride];                             \
  }

MOVE(float)
MOVE(double)

void vitro_lane_pack(vitro_dtype type, int64_t networks, int64_t parameter_rows, int64_t buffers, int64_t buffer,
                     vitro_lane_rows rows, const void *plain, void *lanes) {
  for (int64_t network = 0; network < networks; network++) {
    lane_place place = place_of(type, network, parameter_rows, buffers, buffer, rows.first);
    if (type == vitro_float32) {
      pack_float((const float *)plain + network * rows.count, lanes, place, rows.count);
    } else {
      pack_double((const double *)plain + network * rows.count, lanes, place, rows.count);
    }
  }
}

void vitro_lane_unpack(vitro_dtype type, int64_t networks, int64_t parameter_rows, int64_t buffers, int64_t buffer,
                       vitro_lane_rows rows, const void *lanes, void *plain) {
  for (int64_t network = 0; network < networks; network++) {
    lane_place place = place_of(type, network, parameter_rows, buffers, buffer, rows.first);
    if (type == vitro_float32) {
      unpack_float(lanes, (float *)plain + network * rows.count, place, rows.count);
    } else {
      unpack_double(lanes, (double *)plain + network * rows.count, place, rows.count);
    }
  }
}

void lane_update(const lane_work *work, int64_t step, void *parameters, const void *gradients) {
  const vitro_lane_training *training = work->training;
  int64_t size = work->network->parameter_rows * lane_bytes, lanes = vitro_lane_count(work->type);
  vitro_adam_work adam_work;
  vitro_sgd_work sgd_work = {NULL, parameters, gradients, NULL};
  if (training->is_adam) {
    adam_work = work->adam_steps[step];
    adam_work.parameters = parameters;
    adam_work.gradients = gradients;
    adam_work.first = vitro_offset_out(parameters, size);
    adam_work.second = vitro_offset_out(parameters, 2 * size);
  } else if (training->sgd.momentum != 0) {
    sgd_work.velocity = vitro_offset_out(parameters, size);
  }
  for (int64_t i = 0; i < training->updated_count; i++) {
    vitro_lane_rows rows = training->updated[i];
    int64_t start = rows.first * lanes, end = start + rows.count * lanes;
    if (training->is_adam) {
      vitro_adam adam = training->adam;
      adam.rate = training->rates[step];
      if (!rows.decays) adam.decay = 0;
      adam_work.settings = &adam;
      vitro_adam_range(work->type, &adam_work, start, end);
    } else {
      vitro_sgd sgd = training->sgd;
      sgd.rate = training->rates[step];
      sgd.first = training->first_step + step == 0;
      if (!rows.decays) sgd.decay = 0;
      sgd_work.settings = &sgd;
      vitro_sgd_range(work->type, &sgd_work, start, end);
    }
  }
}

// Training

static int64_t temporary_rows(const vitro_lane_network *network) {
  int64_t rows = network->output.count + 2; // of the losses
  for (int64_t i = 0; i < network->operation_count; i++) {
    if (network->operations[i].inputs > rows) rows = network->operations[i].inputs;
  }
  return rows;
}

static lane_layout layout_of(const vitro_lane_network *network) {
  int64_t targets = network->output.count, temporary = temporary_rows(network);
  int64_t rows = 2 * network->value_rows + targets + temporary;
  int64_t block = block_vectors / rows / 4 * 4;
  block = block < least_block ? least_block : vitro_smaller(block, most_block);
  lane_layout layout = {.block = block};
  layout.slopes = network->value_rows * block;
  layout.targets = layout.slopes + network->value_rows * block;
  layout.temporary = layout.targets + targets * block;
  layout.gradients = layout.temporary + temporary * block;
  layout.sums = layout.gradients + network->parameter_rows;
  layout.end = layout.sums + 2; // doubles
  return layout;
}

static void train_group(void *context, int64_t group) {
  const lane_work *work = context;
  char *scratch = vitro_workspace_borrow(&work->space);
  (work->type == vitro_float32 ? lane_train_group_f32 : lane_train_group_f64)(work, group, scratch);
  vitro_workspace_return(&work->space, scratch);
}

bool vitro_lane_train(vitro_dtype type, const vitro_lane_network *network, const vitro_lane_training *training,
                      int64_t networks, int64_t steps, int64_t buffers, void *lanes, double *losses) {
  int64_t groups = group_count(type, networks), adam_bytes = steps * (int64_t)sizeof(vitro_adam_work);
  vitro_adam_work *adam_steps = vitro_allocate(adam_bytes);
  if (!adam_steps) return false;
  for (int64_t step = 0; training->is_adam && step < steps; step++) {
    adam_steps[step].settings = &training->adam;
    vitro_adam_correct(&adam_steps[step], training->rates[step], training->first_step + step + 1);
  }
  lane_layout layout = layout_of(network);
  lane_work work = {
      type, network, training, adam_steps, networks, steps, buffers, lanes, losses, layout,
      vitro_workspace_open(groups, layout.end * lane_bytes),
  };
  bool has_memory = work.space.memory != NULL;
  if (has_memory) {
    vitro_parallel(groups, train_group, &work);
    vitro_workspace_close(&work.space);
  }
  vitro_release(adam_steps, adam_bytes);
  return has_memory;
}
