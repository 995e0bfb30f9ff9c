#include "reduce_common.h"

enum { work_per_task = 16384, work_in_place = 32768 };

typedef struct ranges {
  int64_t count, items_per_task;
  reduce_range_body body;
  void *context;
} ranges;

static void run_task(void *context, int64_t index) {
  const ranges *all = context;
  int64_t first = index * all->items_per_task;
  all->body(all->context, first, reduce_smaller(first + all->items_per_task, all->count));
}

void reduce_for_ranges(int64_t count, int64_t work_per_item, reduce_range_body body, void *context) {
  if (count <= 0) return;
  int64_t work = reduce_larger(work_per_item, 1);
  if (count == 1 || count <= work_in_place / work) {
    body(context, 0, count);
    return;
  }
  ranges all = {count, reduce_larger(work_per_task / work, 1), body, context};
  vitro_parallel(reduce_divide_up(count, all.items_per_task), run_task, &all);
}
