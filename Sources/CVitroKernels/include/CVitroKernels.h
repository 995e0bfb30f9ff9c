#ifndef VITRO_KERNELS_H
#define VITRO_KERNELS_H

// The floor under the engine: memory, threads, and the loops that do the arithmetic.
//
// Three promises hold for every function here:
//   1. The bits of a result depend on the arguments alone, never on the number of threads: work is cut by a grid fixed
//      by shape, and sums run in a fixed tree.
//   2. Arrays are contiguous and row-major unless strides are given; strides count elements, and may be 0 (a
//      broadcast axis) or negative (a flipped one).
//   3. Sizes are checked by the caller. A size of zero is always allowed and does nothing.

#include "vitro_memory.h"
#include "vitro_threads.h"
#include "vitro_types.h"

#include "vitro_elementwise.h"
#include "vitro_quantized.h"
#include "vitro_random.h"

#include "vitro_fitting.h"
#include "vitro_indexing.h"
#include "vitro_normalization.h"
#include "vitro_optimizers.h"
#include "vitro_recurrent.h"
#include "vitro_reductions.h"

#include "vitro_attention.h"
#include "vitro_composition.h"
#include "vitro_convolution.h"
#include "vitro_matmul.h"
#include "vitro_lane_networks.h"
#include "vitro_toy_models.h"

#endif
