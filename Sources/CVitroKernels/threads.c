#include "include/vitro_threads.h"
static _Thread_local vitro_thread_state state;
vitro_thread_state *vitro_current_thread_state(void) { return &state; }
void vitro_set_thread_count(int32_t count) { (void)count; }
int32_t vitro_thread_count(void) { return 1; }
void vitro_parallel(int64_t tasks, vitro_task body, void *context) { for (int64_t i = 0; i < tasks; i++) body(context, i); }
