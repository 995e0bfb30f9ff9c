#include "include/vitro_indexing.h"
#include "include/vitro_memory.h"
#include "sorting_keys.h"

typedef struct sort_work {
  const void *x;
  void *values;
  int64_t *positions;
  int64_t length, count;
  bool descending;
} sort_work;

enum { insertion_limit = 24, digits = 256, scan_block = 64 };

// A row's keys with their positions, as narrow as they fit: what the passes below carry around.
typedef struct sort_pair32 {
  uint32_t key, position;
} sort_pair32;
typedef struct sort_pair64 {
  uint64_t key, position;
} sort_pair64;

#define DEFINE_PAIR_SORT(BITS)                                                                                         \
  static void insertion_sort_##BITS(sort_pair##BITS *pairs, int64_t count) {                                           \
    for (int64_t i = 1; i < count; i++) {                                                                              \
      sort_pair##BITS moved = pairs[i];                                                                                \
      int64_t at = i;                                                                                                  \
      for (; at > 0 && pairs[at - 1].key > moved.key; at--) pairs[at] = pairs[at - 1];                                 \
      pairs[at] = moved;                                                                                               \
    }                                                                                                                  \
  }                                                                                                                    \
  /* Least significant digit first; a digit that all keys share needs no pass. Returns where the result lies. */       \
  static sort_pair##BITS *radix_sort_##BITS(sort_pair##BITS *pairs, sort_pair##BITS *spare, int64_t count) {           \
    int64_t counts[BITS / 8][digits];                                                                                  \
    memset(counts, 0, sizeof counts);                                                                                  \
    for (int64_t i = 0; i < count; i++)                                                                                \
      for (int digit = 0; digit < BITS / 8; digit++) counts[digit][pairs[i].key >> (8 * digit) & 255] += 1;            \
    for (int digit = 0; digit < BITS / 8; digit++) {                                                                   \
      int64_t *starts = counts[digit], total = 0;                                                                      \
      if (starts[pairs[0].key >> (8 * digit) & 255] == count) continue;                                                \
      for (int value = 0; value < digits; value++) {                                                                   \
        int64_t here = starts[value];                                                                                  \
        starts[value] = total;                                                                                         \
        total += here;                                                                                                 \
      }                                                                                                                \
      for (int64_t i = 0; i < count; i++) spare[starts[pairs[i].key >> (8 * digit) & 255]++] = pairs[i];               \
      sort_pair##BITS *sorted = spare;                                                                                 \
      spare = pairs;                                                                                                   \
      pairs = sorted;                                                                                                  \
    }                                                                                                                  \
    return pairs;                                                                                                      \
  }                                                                                                                    \
  static sort_pair##BITS *pair_sort_##BITS(sort_pair##BITS *pairs, sort_pair##BITS *spare, int64_t count) {            \
    if (count > insertion_limit) return radix_sort_##BITS(pairs, spare, count);                                        \
    insertion_sort_##BITS(pairs, count);                                                                               \
    return pairs;                                                                                                      \
  }

DEFINE_PAIR_SORT(32)
DEFINE_PAIR_SORT(64)

// The best `count` of a row so far, in `positions` as a heap whose root is the worst of them; smaller keys are better, and of
// equal keys smaller positions. Most elements of a long row are no better, which is seen a block at a time. A row is sorted so when there is no memory to sort it faster.
#define DEFINE_TOP(SUFFIX, ELEMENT, KEY)                                                                               \
  REDUCE_INLINE KEY order_##SUFFIX(const sort_work *work, const ELEMENT *x, int64_t position) {                        \
    KEY key = sorting_key_##SUFFIX(x[position]);                                                                       \
    return work->descending ? (KEY)~key : key;                                                                         \
  }                                                                                                                    \
  static inline bool worse_##SUFFIX(const sort_work *work, const ELEMENT *x, int64_t a, int64_t b) {                   \
    KEY key_a = order_##SUFFIX(work, x, a), key_b = order_##SUFFIX(work, x, b);                                        \
    return key_a > key_b || (key_a == key_b && a > b);                                                                 \
  }                                                                                                                    \
  static void sink_##SUFFIX(const sort_work *work, const ELEMENT *x, int64_t *heap, int64_t count, int64_t at) {       \
    int64_t moved = heap[at];                                                                                          \
    for (int64_t child; (child = 2 * at + 1) < count; at = child) {                                                    \
      if (child + 1 < count && worse_##SUFFIX(work, x, heap[child + 1], heap[child])) child += 1;                      \
      if (!worse_##SUFFIX(work, x, heap[child], moved)) break;                                                         \
      heap[at] = heap[child];                                                                                          \
    }                                                                                                                  \
    heap[at] = moved;                                                                                                  \
  }                                                                                                                    \
  REDUCE_INLINE void top_row_##SUFFIX(const sort_work *work, int64_t row) {                                            \
    const ELEMENT *x = (const ELEMENT *)work->x + row * work->length;                                                  \
    int64_t *heap = work->positions + row * work->count, count = work->count;                                          \
    ELEMENT *values = (ELEMENT *)work->values + row * work->count;                                                     \
    for (int64_t i = 0; i < count; i++) heap[i] = i;                                                                   \
    for (int64_t at = count / 2 - 1; at >= 0; at--) sink_##SUFFIX(work, x, heap, count, at);                           \
    KEY limit = count > 0 ? order_##SUFFIX(work, x, heap[0]) : 0;                                                      \
    for (int64_t i = count; i < work->length;) {                                                                       \
      int64_t end = reduce_smaller(i + scan_block, work->length);                                                      \
      bool better = end - i < scan_block;                                                                              \
      if (!better)                                                                                                     \
        for (int j = 0; j < scan_block; j++) better |= order_##SUFFIX(work, x, i + j) < limit;                         \
      if (!better) i = end;                                                                                            \
      for (; i < end; i++) {                                                                                           \
        if (order_##SUFFIX(work, x, i) >= limit) continue;                                                             \
        heap[0] = i;                                                                                                   \
        sink_##SUFFIX(work, x, heap, count, 0);                                                                        \
        limit = order_##SUFFIX(work, x, heap[0]);                                                                      \
      }                                                                                                                \
    }                                                                                                                  \
    for (int64_t left = count - 1; left > 0; left--) {                                                                 \
      int64_t worst = heap[0];                                                                                         \
      heap[0] = heap[left];                                                                                            \
      heap[left] = worst;                                                                                              \
      sink_##SUFFIX(work, x, heap, left, 0);                                                                           \
    }                                                                                                                  \
    for (int64_t i = 0; i < count; i++) values[i] = x[heap[i]];                                                        \
  }                                                                                                                    \
  VITRO_CLONES static void top_##SUFFIX(void *context, int64_t first, int64_t end) {                                  \
    for (int64_t row = first; row < end; row++) top_row_##SUFFIX(context, row);                                        \
  }

#define DEFINE_SORT(SUFFIX, ELEMENT, KEY, BITS)                                                                        \
  static void sort_##SUFFIX(void *context, int64_t first, int64_t end) {                                               \
    const sort_work *work = context;                                                                                   \
    int64_t length = work->length, bytes = 2 * length * (int64_t)sizeof(sort_pair##BITS);                              \
    sort_pair##BITS *pairs = (uint64_t)length <= UINT##BITS##_MAX ? vitro_allocate(bytes) : 0;                         \
    if (!pairs) {                                                                                                      \
      top_##SUFFIX(context, first, end);                                                                               \
      return;                                                                                                          \
    }                                                                                                                  \
    for (int64_t row = first; row < end; row++) {                                                                      \
      const ELEMENT *x = (const ELEMENT *)work->x + row * length;                                                      \
      ELEMENT *values = (ELEMENT *)work->values + row * length;                                                        \
      int64_t *positions = work->positions + row * length;                                                             \
      for (int64_t i = 0; i < length; i++)                                                                             \
        pairs[i] = (sort_pair##BITS){order_##SUFFIX(work, x, i), (uint##BITS##_t)i};                                   \
      sort_pair##BITS *sorted = pair_sort_##BITS(pairs, pairs + length, length);                                       \
      for (int64_t i = 0; i < length; i++) {                                                                           \
        positions[i] = (int64_t)sorted[i].position;                                                                    \
        values[i] = x[positions[i]];                                                                                   \
      }                                                                                                                \
    }                                                                                                                  \
    vitro_release(pairs, bytes);                                                                                       \
  }

DEFINE_TOP(float32, float, uint32_t)
DEFINE_TOP(float64, double, uint64_t)
DEFINE_TOP(int32, int32_t, uint32_t)
DEFINE_TOP(int64, int64_t, uint64_t)
DEFINE_SORT(float32, float, uint32_t, 32)
DEFINE_SORT(float64, double, uint64_t, 64)
DEFINE_SORT(int32, int32_t, uint32_t, 32)
DEFINE_SORT(int64, int64_t, uint64_t, 64)

#define OF_TYPE(type, body)                                                                                            \
  ((type) == vitro_float32   ? body##_float32                                                                          \
   : (type) == vitro_float64 ? body##_float64                                                                          \
   : (type) == vitro_int32   ? body##_int32                                                                            \
                             : body##_int64)

enum { work_of_sorting = 32, work_of_scanning = 2 };

void vitro_sort(vitro_dtype type, const void *x, void *values, int64_t *positions, int64_t rows, int64_t length,
                bool descending) {
  if (length <= 0) return;
  sort_work work = {x, values, positions, length, length, descending};
  reduce_for_ranges(rows, length * work_of_sorting, OF_TYPE(type, sort), &work);
}

void vitro_top(vitro_dtype type, const void *x, void *values, int64_t *positions, int64_t rows, int64_t length,
               int64_t count, bool largest) {
  if (count <= 0) return;
  sort_work work = {x, values, positions, length, count, largest};
  reduce_for_ranges(rows, length * work_of_scanning, OF_TYPE(type, top), &work);
}
