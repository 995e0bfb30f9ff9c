#include "include/vitro_indexing.h"

#include <string.h>

#include "reduce_common.h"

typedef struct index_work {
  int64_t element_size;
  const void *x;
  const int64_t *indices;
  void *out;
  int64_t length, count, inner;
  int64_t pieces; // stretches of `inner` that are worked on apart from each other
} index_work;

// MARK: - Gather

static void gather_rows(void *context, int64_t first, int64_t end) {
  const index_work *work = context;
  int64_t bytes = work->inner * work->element_size;
  for (int64_t row = first; row < end; row++) {
    int64_t source = row / work->count * work->length + work->indices[row % work->count];
    memcpy((char *)work->out + row * bytes, (const char *)work->x + source * bytes, (size_t)bytes);
  }
}

// Elements whose size the compiler knows, where a call of memcpy for each would cost more than the copy.
#define DEFINE_GATHER(BITS)                                                                                            \
  static void gather_elements_##BITS(void *context, int64_t first, int64_t end) {                                      \
    const index_work *work = context;                                                                                  \
    const uint##BITS##_t *x = work->x;                                                                                 \
    uint##BITS##_t *out = work->out;                                                                                   \
    for (int64_t row = first; row < end;) {                                                                            \
      int64_t outer = row / work->count, stop = reduce_smaller(end, (outer + 1) * work->count);                        \
      const uint##BITS##_t *source = x + outer * work->length;                                                         \
      const int64_t *indices = work->indices - outer * work->count;                                                    \
      for (; row < stop; row++) out[row] = source[indices[row]];                                                       \
    }                                                                                                                  \
  }                                                                                                                    \
  static void take_along_##BITS(void *context, int64_t first, int64_t end) {                                           \
    const index_work *work = context;                                                                                  \
    int64_t inner = work->inner;                                                                                       \
    for (int64_t row = first; row < end;) {                                                                            \
      int64_t outer = row / work->count, stop = reduce_smaller(end, (outer + 1) * work->count);                        \
      const uint##BITS##_t *x = (const uint##BITS##_t *)work->x + outer * work->length * inner;                        \
      for (; row < stop; row++) {                                                                                      \
        const int64_t *indices = work->indices + row * inner;                                                          \
        uint##BITS##_t *out = (uint##BITS##_t *)work->out + row * inner;                                               \
        for (int64_t i = 0; i < inner; i++) out[i] = x[indices[i] * inner + i];                                        \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void put_along_##BITS(void *context, int64_t first, int64_t end) {                                            \
    const index_work *work = context;                                                                                  \
    int64_t inner = work->inner;                                                                                       \
    for (int64_t item = first; item < end; item++) {                                                                   \
      int64_t outer = item / work->pieces, piece = item % work->pieces;                                                \
      int64_t start = piece * inner / work->pieces, stop = (piece + 1) * inner / work->pieces;                         \
      uint##BITS##_t *out = (uint##BITS##_t *)work->out + outer * work->length * inner;                                \
      for (int64_t k = 0; k < work->count; k++) {                                                                      \
        const int64_t *indices = work->indices + (outer * work->count + k) * inner;                                    \
        const uint##BITS##_t *x = (const uint##BITS##_t *)work->x + (outer * work->count + k) * inner;                 \
        for (int64_t i = start; i < stop; i++) out[indices[i] * inner + i] = x[i];                                     \
      }                                                                                                                \
    }                                                                                                                  \
  }

DEFINE_GATHER(8)
DEFINE_GATHER(16)
DEFINE_GATHER(32)
DEFINE_GATHER(64)

#define OF_SIZE(size, body)                                                                                            \
  ((size) == 1 ? body##_8 : (size) == 2 ? body##_16 : (size) == 4 ? body##_32 : body##_64)

void vitro_gather(int64_t element_size, const void *x, const int64_t *indices, void *out, int64_t outer, int64_t length,
                  int64_t count, int64_t inner) {
  if (inner <= 0 || count <= 0) return;
  index_work work = {.element_size = element_size, .x = x, .indices = indices, .out = out, .length = length,
                     .count = count, .inner = inner};
  reduce_range_body body = inner == 1 ? OF_SIZE(element_size, gather_elements) : gather_rows;
  reduce_for_ranges(outer * count, inner + 2, body, &work);
}

void vitro_take_along(int64_t element_size, const void *x, const int64_t *indices, void *out, int64_t outer,
                      int64_t length, int64_t count, int64_t inner) {
  if (inner <= 0 || count <= 0) return;
  index_work work = {.x = x, .indices = indices, .out = out, .length = length, .count = count, .inner = inner};
  reduce_for_ranges(outer * count, inner * 2, OF_SIZE(element_size, take_along), &work);
}

// MARK: - Scatter

// Every element of `out` belongs to one item, which takes its additions in order of k: so the bits are the same whatever
// the pieces.
#define DEFINE_SCATTER(SUFFIX, ELEMENT)                                                                                \
  VITRO_CLONES static void scatter_add_##SUFFIX(void *context, int64_t first, int64_t end) {                          \
    const index_work *work = context;                                                                                  \
    int64_t inner = work->inner;                                                                                       \
    for (int64_t item = first; item < end; item++) {                                                                   \
      int64_t outer = item / work->pieces, piece = item % work->pieces;                                                \
      int64_t start = piece * inner / work->pieces, width = (piece + 1) * inner / work->pieces - start;                \
      ELEMENT *out = (ELEMENT *)work->out + outer * work->length * inner + start;                                      \
      const ELEMENT *x = (const ELEMENT *)work->x + outer * work->count * inner + start;                               \
      for (int64_t k = 0; k < work->count; k++, x += inner) {                                                          \
        ELEMENT *restrict target = out + work->indices[k] * inner;                                                     \
        for (int64_t i = 0; i < width; i++) target[i] += x[i];                                                         \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void put_along_add_##SUFFIX(void *context, int64_t first, int64_t end) {                                      \
    const index_work *work = context;                                                                                  \
    int64_t inner = work->inner;                                                                                       \
    for (int64_t item = first; item < end; item++) {                                                                   \
      int64_t outer = item / work->pieces, piece = item % work->pieces;                                                \
      int64_t start = piece * inner / work->pieces, stop = (piece + 1) * inner / work->pieces;                         \
      ELEMENT *out = (ELEMENT *)work->out + outer * work->length * inner;                                              \
      for (int64_t k = 0; k < work->count; k++) {                                                                      \
        const int64_t *indices = work->indices + (outer * work->count + k) * inner;                                    \
        const ELEMENT *x = (const ELEMENT *)work->x + (outer * work->count + k) * inner;                               \
        for (int64_t i = start; i < stop; i++) out[indices[i] * inner + i] += x[i];                                    \
      }                                                                                                                \
    }                                                                                                                  \
  }

// Integers add as unsigned, so that they wrap.
DEFINE_SCATTER(float32, float)
DEFINE_SCATTER(float64, double)
DEFINE_SCATTER(int64, uint64_t)

#define OF_TYPE(type, body)                                                                                            \
  ((type) == vitro_float32 ? body##_float32 : (type) == vitro_float64 ? body##_float64 : body##_int64)

/// Stretches of at least 32 elements (two cache lines of float32), at most 64 of them; one for little work.
static int64_t pieces_of(int64_t count, int64_t inner) {
  if (count * inner < 32768) return 1;
  return reduce_larger(reduce_smaller(inner / 32, 64), 1);
}

static void run_scatter(index_work *work, int64_t outer, reduce_range_body body) {
  if (work->inner <= 0 || work->count <= 0) return;
  work->pieces = pieces_of(work->count, work->inner);
  reduce_for_ranges(outer * work->pieces, work->count * (work->inner / work->pieces + 2), body, work);
}

void vitro_scatter_add(vitro_dtype type, const void *x, const int64_t *indices, void *out, int64_t outer, int64_t length,
                       int64_t count, int64_t inner) {
  index_work work = {.x = x, .indices = indices, .out = out, .length = length, .count = count, .inner = inner};
  run_scatter(&work, outer, OF_TYPE(type, scatter_add));
}

void vitro_put_along_add(vitro_dtype type, const void *x, const int64_t *indices, void *out, int64_t outer,
                         int64_t length, int64_t count, int64_t inner) {
  index_work work = {.x = x, .indices = indices, .out = out, .length = length, .count = count, .inner = inner};
  run_scatter(&work, outer, OF_TYPE(type, put_along_add));
}

void vitro_put_along(int64_t element_size, const void *x, const int64_t *indices, void *out, int64_t outer,
                     int64_t length, int64_t count, int64_t inner) {
  index_work work = {.x = x, .indices = indices, .out = out, .length = length, .count = count, .inner = inner};
  run_scatter(&work, outer, OF_SIZE(element_size, put_along));
}

// MARK: - Bounds

VITRO_CLONES static void extremes(const int64_t *indices, int64_t count, int64_t *smallest, int64_t *largest) {
  int64_t low = indices[0], high = indices[0];
  for (int64_t i = 0; i < count; i++) {
    low = indices[i] < low ? indices[i] : low;
    high = indices[i] > high ? indices[i] : high;
  }
  *smallest = low;
  *largest = high;
}

void vitro_index_range(const int64_t *indices, int64_t count, int64_t *smallest, int64_t *largest) {
  if (count > 0) extremes(indices, count, smallest, largest);
}
