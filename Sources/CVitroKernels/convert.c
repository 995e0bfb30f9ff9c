#include "half_formats.h"
#include "include/vitro_elementwise.h"
#include "kernels.h"

// One loop for each pair of types, by way of how a type is loaded and how a value is stored as another.

// Floats truncate and saturate, NaN becomes 0; integers saturate too.
#define FROM_FLOAT(T, x, low, high, least, greatest)                                                                   \
  ((x) >= (high) ? (greatest) : (x) > (low) ? (T)(x) : (x) == (x) ? (least) : 0)
#define FROM_INTEGER(T, x, least, greatest) ((x) > (greatest) ? (greatest) : (x) < (least) ? (least) : (T)(x))

VITRO_INLINE int32_t int32_from_f32(float x) {
  return FROM_FLOAT(int32_t, x, -0x1.000002p31f, 0x1p31f, INT32_MIN, INT32_MAX);
}
VITRO_INLINE int32_t int32_from_f64(double x) {
  return FROM_FLOAT(int32_t, x, -0x1p31 - 1.0, 0x1p31, INT32_MIN, INT32_MAX);
}
VITRO_INLINE int64_t int64_from_f32(float x) {
  return FROM_FLOAT(int64_t, x, -0x1.000002p63f, 0x1p63f, INT64_MIN, INT64_MAX);
}
VITRO_INLINE int64_t int64_from_f64(double x) {
  return FROM_FLOAT(int64_t, x, -0x1.0000000000001p63, 0x1p63, INT64_MIN, INT64_MAX);
}
VITRO_INLINE uint8_t uint8_from_f32(float x) { return (uint8_t)FROM_FLOAT(int32_t, x, -1.0f, 255.0f, 0, 255); }
VITRO_INLINE uint8_t uint8_from_f64(double x) { return (uint8_t)FROM_FLOAT(int32_t, x, -1.0, 255.0, 0, 255); }
VITRO_INLINE int32_t int32_from_i64(int64_t x) { return FROM_INTEGER(int32_t, x, INT32_MIN, INT32_MAX); }
VITRO_INLINE uint8_t uint8_from_i64(int64_t x) { return FROM_INTEGER(uint8_t, x, 0, 255); }
VITRO_INLINE uint8_t uint8_from_i32(int32_t x) { return FROM_INTEGER(uint8_t, x, 0, 255); }

#define CONVERSION(from, to, FROM, TO, value)                                                                          \
  VITRO_CLONES static void from##_to_##to(const void *source, void *result, int64_t count) {                           \
    const FROM *input = source;                                                                                        \
    TO *out = result;                                                                                                  \
    VITRO_VECTOR_LOOP                                                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                                              \
      FROM x = input[i];                                                                                               \
      out[i] = (TO)(value);                                                                                            \
    }                                                                                                                  \
  }

#define FROM_ONE(from, FROM, x, f32, f64, odd, i32, i64, u8, truth)                                                    \
  CONVERSION(from, float32, FROM, float, f32)                                                                          \
  CONVERSION(from, float64, FROM, double, f64)                                                                         \
  CONVERSION(from, float16, FROM, uint16_t, half_from_float(odd))                                                      \
  CONVERSION(from, bfloat16, FROM, uint16_t, bfloat_from_float(odd))                                                   \
  CONVERSION(from, int32, FROM, int32_t, i32)                                                                          \
  CONVERSION(from, int64, FROM, int64_t, i64)                                                                          \
  CONVERSION(from, uint8, FROM, uint8_t, u8)                                                                           \
  CONVERSION(from, bool, FROM, uint8_t, truth)

#define FROM_HALF(from, widen)                                                                                         \
  FROM_ONE(from, uint16_t, x, widen(x), widen(x), widen(x), int32_from_f32(widen(x)), int64_from_f32(widen(x)),        \
           uint8_from_f32(widen(x)), widen(x) != 0)

FROM_ONE(float32, float, x, x, x, x, int32_from_f32(x), int64_from_f32(x), uint8_from_f32(x), x != 0)
FROM_ONE(float64, double, x, x, x, odd_float_from_double(x), int32_from_f64(x), int64_from_f64(x), uint8_from_f64(x),
         x != 0)
FROM_HALF(float16, float_from_half)
FROM_HALF(bfloat16, float_from_bfloat)
FROM_ONE(int32, int32_t, x, x, x, odd_float_from_double((double)x), x, x, uint8_from_i32(x), x != 0)
FROM_ONE(int64, int64_t, x, x, x, odd_float_from_int64(x), int32_from_i64(x), x, uint8_from_i64(x), x != 0)
FROM_ONE(uint8, uint8_t, x, x, x, x, x, x, x, x != 0)
FROM_ONE(truth, uint8_t, x, x != 0, x != 0, x != 0, x != 0, x != 0, x != 0, x != 0)

typedef void (*conversion)(const void *source, void *result, int64_t count);

#define TABLE_ROW(type, from)                                                                                          \
  [type] = {                                                                                                           \
      [vitro_float32] = from##_to_float32, [vitro_float64] = from##_to_float64, [vitro_float16] = from##_to_float16,   \
      [vitro_bfloat16] = from##_to_bfloat16, [vitro_int32] = from##_to_int32, [vitro_int64] = from##_to_int64,         \
      [vitro_uint8] = from##_to_uint8, [vitro_bool] = from##_to_bool,                                                  \
  }

static const conversion conversions[8][8] = {
    TABLE_ROW(vitro_float32, float32), TABLE_ROW(vitro_float64, float64), TABLE_ROW(vitro_float16, float16),
    TABLE_ROW(vitro_bfloat16, bfloat16), TABLE_ROW(vitro_int32, int32), TABLE_ROW(vitro_int64, int64),
    TABLE_ROW(vitro_uint8, uint8), TABLE_ROW(vitro_bool, truth),
};

typedef struct convert_job {
  conversion convert;
  int64_t from_size, to_size;
  const void *source;
  void *out;
} convert_job;

static void convert_range(const void *context, int64_t begin, int64_t end) {
  const convert_job *job = context;
  const void *source = vitro_offset(job->source, begin * job->from_size);
  void *out = vitro_offset_out(job->out, begin * job->to_size);
  if (job->convert) {
    job->convert(source, out, end - begin);
  } else {
    memmove(out, source, (size_t)((end - begin) * job->to_size));
  }
}

void vitro_convert(vitro_dtype from, vitro_dtype to, const void *source, void *out, int64_t count) {
  bool copies = from == to && to != vitro_bool;
  convert_job job = {copies ? NULL : conversions[from][to], vitro_size_of(from), vitro_size_of(to), source, out};
  vitro_parallel_ranges(count, convert_range, &job);
}
