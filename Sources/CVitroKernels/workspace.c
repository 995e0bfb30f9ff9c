#include "workspace.h"

#include "include/vitro_memory.h"
#include "include/vitro_threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>

// Before the slots lies one flag of 64 bytes for each, set while the slot is borrowed.
enum { flag_bytes = 64 };

static _Atomic int *flag_of(const workspace *space, int32_t slot) {
  return (_Atomic int *)(void *)(space->memory + (int64_t)slot * flag_bytes);
}

workspace vitro_workspace_open(int64_t tasks, int64_t bytes) {
  int64_t slots = vitro_thread_count();
  if (slots > tasks) slots = tasks;
  if (slots < 1) slots = 1;
  workspace space = {.slot_bytes = (bytes + 63) / 64 * 64};
  for (;; slots = 1) {
    space.slots = (int32_t)slots;
    space.bytes = slots * (space.slot_bytes + flag_bytes);
    space.memory = vitro_allocate(space.bytes);
    if (space.memory || slots == 1) break;
  }
  if (space.memory) memset(space.memory, 0, (size_t)(slots * flag_bytes));
  return space;
}

void vitro_workspace_close(workspace *space) { vitro_release(space->memory, space->bytes); }

char *vitro_workspace_borrow(const workspace *space) {
  for (;;) {
    for (int32_t slot = 0; slot < space->slots; slot++) {
      int expected = 0;
      if (atomic_compare_exchange_strong_explicit(flag_of(space, slot), &expected, 1, memory_order_acquire,
                                                  memory_order_relaxed)) {
        return space->memory + (int64_t)space->slots * flag_bytes + slot * space->slot_bytes;
      }
    }
    sched_yield();
  }
}

void vitro_workspace_return(const workspace *space, char *slot) {
  int64_t distance = slot - space->memory - (int64_t)space->slots * flag_bytes;
  int64_t index = space->slot_bytes > 0 ? distance / space->slot_bytes : 0;
  atomic_store_explicit(flag_of(space, (int32_t)index), 0, memory_order_release);
}
