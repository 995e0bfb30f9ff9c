#include "kernels.h"

typedef struct range_job {
  int64_t count;
  vitro_range_body body;
  const void *context;
} range_job;

static void run_range(void *context, int64_t index) {
  const range_job *job = context;
  int64_t begin = index * vitro_grain;
  job->body(job->context, begin, vitro_smaller(begin + vitro_grain, job->count));
}

void vitro_parallel_ranges(int64_t count, vitro_range_body body, const void *context) {
  if (count <= 0) return;
  if (count <= vitro_grain) {
    body(context, 0, count);
    return;
  }
  range_job job = {count, body, context};
  vitro_parallel((count + vitro_grain - 1) / vitro_grain, run_range, &job);
}
