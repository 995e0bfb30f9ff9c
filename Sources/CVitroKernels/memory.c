#include "include/vitro_memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Released buffers wait in free lists, one for each size class. Classes are the sizes (4 + q)·2^e with q in 0…3, so
// that at most a fifth of a buffer is wasted. A free buffer's first bytes hold the link of its list.

enum { smallest_log2 = 6, classes_per_octave = 4, octaves = 36, class_count = octaves * classes_per_octave };

// What is kept for later counts as memory of the process all the same: a bounded amount, and no buffer so large that taking it anew
// from the system costs little beside filling it.
static const int64_t cache_limit = (int64_t)1 << 30;
static const int64_t largest_cached = (int64_t)128 << 20;

typedef struct free_buffer {
  struct free_buffer *next;
} free_buffer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static free_buffer *free_lists[class_count];
static vitro_memory_statistics statistics;

static int32_t size_class(int64_t bytes, int64_t *rounded) {
  if (bytes <= (int64_t)1 << smallest_log2) {
    *rounded = (int64_t)1 << smallest_log2;
    return 0;
  }
  int32_t octave = 63 - __builtin_clzll((uint64_t)(bytes - 1));
  int64_t step = ((int64_t)1 << octave) / classes_per_octave;
  int64_t steps = (bytes - ((int64_t)1 << octave) + step - 1) / step;
  *rounded = ((int64_t)1 << octave) + steps * step;
  return (octave - smallest_log2) * classes_per_octave + (int32_t)steps;
}

void *vitro_allocate(int64_t bytes) {
  if (bytes < 0 || bytes > (int64_t)1 << (smallest_log2 + octaves - 1)) return NULL;
  int64_t rounded;
  int32_t class = size_class(bytes, &rounded);
  pthread_mutex_lock(&lock);
  free_buffer *buffer = free_lists[class];
  if (buffer) {
    free_lists[class] = buffer->next;
    statistics.hits += 1;
    statistics.bytes_cached -= rounded;
  } else {
    statistics.misses += 1;
  }
  statistics.bytes_in_use += rounded;
  pthread_mutex_unlock(&lock);
  if (buffer) return buffer;

  void *fresh = NULL;
  if (posix_memalign(&fresh, 64, (size_t)rounded) == 0) return fresh;
  vitro_trim_memory();
  if (posix_memalign(&fresh, 64, (size_t)rounded) == 0) return fresh;
  pthread_mutex_lock(&lock);
  statistics.bytes_in_use -= rounded;
  pthread_mutex_unlock(&lock);
  return NULL;
}

void vitro_release(void *pointer, int64_t bytes) {
  if (!pointer) return;
  int64_t rounded;
  int32_t class = size_class(bytes, &rounded);
  free_buffer *buffer = pointer;
  pthread_mutex_lock(&lock);
  statistics.bytes_in_use -= rounded;
  int keep = rounded <= largest_cached && statistics.bytes_cached + rounded <= cache_limit;
  if (keep) {
    buffer->next = free_lists[class];
    free_lists[class] = buffer;
    statistics.bytes_cached += rounded;
  }
  pthread_mutex_unlock(&lock);
  if (!keep) free(pointer);
}

void vitro_trim_memory(void) {
  pthread_mutex_lock(&lock);
  free_buffer *kept[class_count];
  memcpy(kept, free_lists, sizeof kept);
  memset(free_lists, 0, sizeof free_lists);
  statistics.bytes_cached = 0;
  pthread_mutex_unlock(&lock);
  for (int32_t class = 0; class < class_count; class++) {
    for (free_buffer *buffer = kept[class]; buffer;) {
      free_buffer *next = buffer->next;
      free(buffer);
      buffer = next;
    }
  }
}

vitro_memory_statistics vitro_memory_read_statistics(void) {
  pthread_mutex_lock(&lock);
  vitro_memory_statistics result = statistics;
  pthread_mutex_unlock(&lock);
  return result;
}
