#include "reduce_common.h"
#include "reduce_engine.h"

// First the extreme value of every result, by the parallel reduction; then the first place where it stands. The values wait in
// `out` itself, whose elements are as wide.

enum { block = 64, tile_limit = 256 };

typedef struct search {
  const void *x;
  reduce_word *values;
  int64_t *out;
  int64_t length, inner, tiles;
} search;

static void store_words(const reduce_word *results, void *out, int64_t first, int64_t count, const void *context) {
  (void)context;
  for (int64_t j = 0; j < count; j++) ((reduce_word *)out)[first + j] = results[j];
}

// Equal, or both NaN; without short cuts, so that loops become vector code.
#define MATCHES(x, value) (((x) == (value)) | (((x) != (x)) & ((value) != (value))))

#define DEFINE_SEARCH(SUFFIX, ELEMENT, FIELD)                                                                          \
  VITRO_CLONES static void find_in_rows_##SUFFIX(void *context, int64_t first, int64_t end) {                         \
    const search *all = context;                                                                                       \
    for (int64_t row = first; row < end; row++) {                                                                      \
      const ELEMENT *x = (const ELEMENT *)all->x + row * all->length;                                                  \
      ELEMENT value = (ELEMENT)all->values[row].FIELD;                                                                 \
      int64_t at = 0;                                                                                                  \
      for (; at + block <= all->length; at += block) {                                                                 \
        int found = 0;                                                                                                 \
        for (int j = 0; j < block; j++) found |= MATCHES(x[at + j], value);                                            \
        if (found) break;                                                                                              \
      }                                                                                                                \
      while (at < all->length - 1 && !MATCHES(x[at], value)) at++;                                                     \
      all->out[row] = at;                                                                                              \
    }                                                                                                                  \
  }                                                                                                                    \
  VITRO_CLONES static void find_in_columns_##SUFFIX(void *context, int64_t first, int64_t end) {                      \
    const search *all = context;                                                                                       \
    for (int64_t item = first; item < end; item++) {                                                                   \
      int64_t start = item % all->tiles * tile_limit, width = reduce_smaller(all->inner - start, tile_limit);          \
      int64_t result = item / all->tiles * all->inner + start;                                                         \
      const ELEMENT *x = (const ELEMENT *)all->x + item / all->tiles * all->length * all->inner + start;               \
      ELEMENT values[tile_limit];                                                                                      \
      int64_t places[tile_limit];                                                                                      \
      for (int64_t j = 0; j < width; j++) values[j] = (ELEMENT)all->values[result + j].FIELD, places[j] = 0;           \
      for (int64_t l = all->length - 1; l >= 0; l--)                                                                   \
        for (int64_t j = 0; j < width; j++) places[j] = MATCHES(x[l * all->inner + j], values[j]) ? l : places[j];     \
      for (int64_t j = 0; j < width; j++) all->out[result + j] = places[j];                                            \
    }                                                                                                                  \
  }

#pragma clang diagnostic ignored "-Wtautological-compare"

DEFINE_SEARCH(float32, float, real)
DEFINE_SEARCH(float64, double, real)
DEFINE_SEARCH(int32, int32_t, integer)
DEFINE_SEARCH(int64, int64_t, integer)

void vitro_reduce_argument(bool largest, vitro_dtype type, const void *x, int64_t *out, int64_t outer, int64_t length,
                           int64_t inner) {
  const reduce_kernel *kernel = reduce_kernel_of(largest ? vitro_reduce_maximum : vitro_reduce_minimum, type);
  if (!kernel || outer <= 0 || inner <= 0) return;
  reduce_axis(kernel, type, (reduce_operands){.x = x}, (reduce_target){store_words, out, 0}, outer, length, inner);

  bool rows = inner == 1;
  reduce_range_body find;
  switch (type) {
  case vitro_float32: find = rows ? find_in_rows_float32 : find_in_columns_float32; break;
  case vitro_float64: find = rows ? find_in_rows_float64 : find_in_columns_float64; break;
  case vitro_int32: find = rows ? find_in_rows_int32 : find_in_columns_int32; break;
  default: find = rows ? find_in_rows_int64 : find_in_columns_int64; break;
  }
  search all = {x, (reduce_word *)out, out, length, inner, reduce_divide_up(inner, tile_limit)};
  reduce_for_ranges(outer * all.tiles, length * reduce_smaller(inner, tile_limit), find, &all);
}
