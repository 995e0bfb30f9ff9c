#ifndef VITRO_TYPES_H
#define VITRO_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/// The element types of arrays. Arithmetic runs in `float32` and `float64`; the rest store or index.
typedef enum vitro_dtype {
  vitro_float32 = 0,
  vitro_float64 = 1,
  vitro_float16 = 2,
  vitro_bfloat16 = 3,
  vitro_int32 = 4,
  vitro_int64 = 5,
  vitro_uint8 = 6,
  vitro_bool = 7,
} vitro_dtype;

/// The largest number of axes of an array.
enum { vitro_max_rank = 12 };

#endif
