#include "reduce_common.h"
#include "include/vitro_reductions.h"

enum { tile_limit = 256 };

typedef struct scan {
  const void *x;
  void *out;
  int64_t length, inner, tiles;
  bool reversed;
} scan;

// Running sums of floats are kept in double, those of integers wrap.
#define DEFINE_SCAN(SUFFIX, ELEMENT, TOTAL)                                                                            \
  VITRO_CLONES static void scan_##SUFFIX(void *context, int64_t first, int64_t end) {                                 \
    const scan *all = context;                                                                                         \
    int64_t step = all->reversed ? -all->inner : all->inner;                                                           \
    for (int64_t item = first; item < end; item++) {                                                                   \
      int64_t start = item % all->tiles * tile_limit, width = reduce_smaller(all->inner - start, tile_limit);          \
      int64_t at = item / all->tiles * all->length * all->inner + start;                                               \
      if (all->reversed) at += (all->length - 1) * all->inner;                                                         \
      const ELEMENT *x = (const ELEMENT *)all->x;                                                                      \
      ELEMENT *out = (ELEMENT *)all->out;                                                                              \
      if (width == 1) {                                                                                                \
        TOTAL total = 0;                                                                                               \
        for (int64_t l = 0; l < all->length; l++, at += step) out[at] = (ELEMENT)(total += (TOTAL)x[at]);              \
        continue;                                                                                                      \
      }                                                                                                                \
      TOTAL totals[tile_limit];                                                                                        \
      for (int64_t j = 0; j < width; j++) totals[j] = 0;                                                               \
      for (int64_t l = 0; l < all->length; l++, at += step)                                                            \
        for (int64_t j = 0; j < width; j++) out[at + j] = (ELEMENT)(totals[j] += (TOTAL)x[at + j]);                    \
    }                                                                                                                  \
  }

DEFINE_SCAN(float32, float, double)
DEFINE_SCAN(float64, double, double)
DEFINE_SCAN(int64, int64_t, uint64_t)

void vitro_cumulative_sum(vitro_dtype type, const void *x, void *out, int64_t outer, int64_t length, int64_t inner,
                          bool reversed) {
  if (outer <= 0 || length <= 0 || inner <= 0) return;
  scan all = {x, out, length, inner, reduce_divide_up(inner, tile_limit), reversed};
  reduce_range_body body = type == vitro_float32 ? scan_float32 : type == vitro_float64 ? scan_float64 : scan_int64;
  reduce_for_ranges(outer * all.tiles, length * reduce_smaller(inner, tile_limit), body, &all);
}
