#ifndef VITRO_WORKSPACE_H
#define VITRO_WORKSPACE_H

#include <stdint.h>

/// Scratch memory for the tasks of one parallel loop: one slot for each thread that may be working. All of it is taken
/// at once and before the loop, so that what a loop asks of the memory pool never depends on how its tasks interleave.
typedef struct workspace {
  char *memory;
  int64_t slot_bytes, bytes;
  int32_t slots;
} workspace;

/// Returns a workspace for `tasks` tasks of `bytes` bytes each, without memory when the system has none.
workspace vitro_workspace_open(int64_t tasks, int64_t bytes);
void vitro_workspace_close(workspace *space);

/// Borrows a slot, aligned to 64 bytes; the task that borrows must return it before it ends.
char *vitro_workspace_borrow(const workspace *space);
void vitro_workspace_return(const workspace *space, char *slot);

#endif
