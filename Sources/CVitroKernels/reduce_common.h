#ifndef REDUCE_COMMON_H
#define REDUCE_COMMON_H

#include "clones.h"
#include "include/vitro_threads.h"
#include "include/vitro_types.h"

#define REDUCE_INLINE static inline __attribute__((always_inline))

// NaN wins: every comparison with it is false, and it differs from itself.
#define LARGER(a, b) (((a) > (b) || (a) != (a)) ? (a) : (b))
#define SMALLER(a, b) (((a) < (b) || (a) != (a)) ? (a) : (b))

static inline int64_t reduce_smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t reduce_larger(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t reduce_divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Work on the items `first ..< end`.
typedef void (*reduce_range_body)(void *context, int64_t first, int64_t end);

/// Cuts `0 ..< count` into ranges of about 16,384 units of work, fixed by the arguments alone, and runs them in parallel;
/// little work runs in place.
void reduce_for_ranges(int64_t count, int64_t work_per_item, reduce_range_body body, void *context);

#endif
