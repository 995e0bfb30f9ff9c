#ifndef REDUCE_COMMON_H
#define REDUCE_COMMON_H

#include "include/vitro_threads.h"
#include "include/vitro_types.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif

// One compilation of a loop for each generation of vector units, chosen when the program is loaded: before the thread
// sanitizer has started, which crashes in the code that chooses.
#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
#define REDUCE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define REDUCE_CLONES
#endif

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
