#ifndef VITRO_THREADS_H
#define VITRO_THREADS_H

#include <stdint.h>

/// One piece of parallel work: called once for each `index` in `0 ..< tasks`, in any order, on any thread.
typedef void (*vitro_task)(void *context, int64_t index);

/// Sets how many threads (the caller's included) work on parallel loops; at least 1. May be called at any time from a
/// thread that is not inside a parallel loop.
void vitro_set_thread_count(int32_t count);

/// The number of threads in use: at first the processors this process may run on.
int32_t vitro_thread_count(void);

/// Runs `body(context, i)` for every `i` in `0 ..< tasks` and returns when all have ended. The caller works too. A
/// call from inside a task runs its pieces one after the other in place. Callers on different threads may overlap.
void vitro_parallel(int64_t tasks, vitro_task body, void *context);

/// The number of the differentiation tape that is recording on this thread, 0 for none, and its owner's address.
typedef struct vitro_thread_state {
  uint64_t tape;
  void *owner;
} vitro_thread_state;

/// The calling thread's own state.
vitro_thread_state *vitro_current_thread_state(void);

#endif
