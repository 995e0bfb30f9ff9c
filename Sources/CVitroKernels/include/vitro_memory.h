#ifndef VITRO_MEMORY_H
#define VITRO_MEMORY_H

#include <stdint.h>

/// Counts kept by the buffer pool since the process began.
typedef struct vitro_memory_statistics {
  int64_t hits;         ///< Requests served from a released buffer.
  int64_t misses;       ///< Requests that had to ask the system.
  int64_t bytes_in_use; ///< Bytes handed out and not yet released, rounded up to size classes.
  int64_t bytes_cached; ///< Bytes of released buffers kept for reuse.
} vitro_memory_statistics;

/// Returns 64-byte aligned memory of at least `bytes` bytes, or NULL when the system has none. The contents are
/// undefined. Released buffers of the same size class are reused first.
void *vitro_allocate(int64_t bytes);

/// Gives back a buffer of `vitro_allocate`, with the size it was asked with.
void vitro_release(void *buffer, int64_t bytes);

/// Returns all cached buffers to the system.
void vitro_trim_memory(void);

vitro_memory_statistics vitro_memory_read_statistics(void);

#endif
