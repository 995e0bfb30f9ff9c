#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <sched.h>

#include "include/vitro_threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// One job runs on the pool at a time. Its owner publishes it by opening the gate and raising `generation`; workers
// that notice walk through the gate, claim indices until none is left, and walk out. The owner does the same, shuts
// the gate, and waits only for those inside: a worker that sleeps through a short job costs nothing.

enum { cache_line = 128, most_threads = 1024, spin_nanoseconds = 40000 };

static const int64_t gate_open = (int64_t)1 << 32; // the bits below count the workers inside

static struct {
  _Alignas(cache_line) atomic_uint_fast64_t generation;
  _Alignas(cache_line) atomic_int_fast64_t gate;
  _Alignas(cache_line) atomic_int_fast64_t next;
  _Alignas(cache_line) atomic_bool owned;
  atomic_int sleeping;
  atomic_bool owner_sleeping, stopping;

  // Written by the owner while the gate is shut.
  vitro_task body;
  void *context;
  int64_t tasks;

  pthread_mutex_t lock;
  pthread_cond_t work, done;
  atomic_int thread_count; // 0 until first asked for
  int32_t workers;
  pthread_t handles[most_threads];
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_loop;
static _Thread_local vitro_thread_state state;

vitro_thread_state *vitro_current_thread_state(void) { return &state; }

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int32_t available_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : (int32_t)count;
}

int32_t vitro_thread_count(void) {
  int count = atomic_load_explicit(&pool.thread_count, memory_order_relaxed);
  if (count > 0) return count;
  int fresh = available_processors();
  if (fresh > most_threads) fresh = most_threads;
  return atomic_compare_exchange_strong(&pool.thread_count, &count, fresh) ? fresh : count;
}

static void claim_tasks(vitro_task body, void *context, int64_t tasks) {
  for (;;) {
    int64_t index = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed);
    if (index >= tasks) return;
    body(context, index);
  }
}

static bool enter_gate(void) {
  int_fast64_t gate = atomic_load(&pool.gate);
  while (gate & gate_open) {
    if (atomic_compare_exchange_weak(&pool.gate, &gate, gate + 1)) return true;
  }
  return false;
}

static void leave_gate(void) {
  if (atomic_fetch_sub(&pool.gate, 1) == 1 && atomic_load(&pool.owner_sleeping)) {
    pthread_mutex_lock(&pool.lock);
    pthread_cond_signal(&pool.done);
    pthread_mutex_unlock(&pool.lock);
  }
}

static uint64_t await_generation_after(uint64_t seen) {
  int64_t deadline = nanoseconds() + spin_nanoseconds;
  do {
    for (int i = 0; i < 64; i++) {
      uint64_t current = atomic_load(&pool.generation);
      if (current != seen) return current;
      pause_briefly();
    }
  } while (nanoseconds() < deadline);

  pthread_mutex_lock(&pool.lock);
  atomic_fetch_add(&pool.sleeping, 1);
  uint64_t current;
  while ((current = atomic_load(&pool.generation)) == seen) pthread_cond_wait(&pool.work, &pool.lock);
  atomic_fetch_sub(&pool.sleeping, 1);
  pthread_mutex_unlock(&pool.lock);
  return current;
}

static void *work(void *first_generation) {
  inside_loop = true;
  uint64_t seen = (uint64_t)(uintptr_t)first_generation;
  while (!atomic_load(&pool.stopping)) {
    if (enter_gate()) {
      claim_tasks(pool.body, pool.context, pool.tasks);
      leave_gate();
    }
    seen = await_generation_after(seen);
  }
  return NULL;
}

static void raise_generation(int64_t wanted) {
  atomic_fetch_add(&pool.generation, 1);
  int sleeping = atomic_load(&pool.sleeping);
  if (sleeping == 0 || wanted < 1) return;
  pthread_mutex_lock(&pool.lock);
  if (wanted >= sleeping) {
    pthread_cond_broadcast(&pool.work);
  } else {
    for (int64_t i = 0; i < wanted; i++) pthread_cond_signal(&pool.work);
  }
  pthread_mutex_unlock(&pool.lock);
}

static bool take_pool(void) {
  bool owned = false;
  return atomic_compare_exchange_strong(&pool.owned, &owned, true);
}

static void start_workers(int32_t wanted) {
  while (pool.workers < wanted) {
    void *generation = (void *)(uintptr_t)atomic_load(&pool.generation);
    if (pthread_create(&pool.handles[pool.workers], NULL, work, generation) != 0) return;
    pool.workers += 1;
  }
}

static void stop_workers(void) {
  atomic_store(&pool.stopping, true);
  raise_generation(pool.workers);
  for (int32_t i = 0; i < pool.workers; i++) pthread_join(pool.handles[i], NULL);
  pool.workers = 0;
  atomic_store(&pool.stopping, false);
}

void vitro_set_thread_count(int32_t count) {
  if (inside_loop) return;
  if (count < 1) count = 1;
  if (count > most_threads) count = most_threads;
  while (!take_pool()) sched_yield();
  if (pool.workers > count - 1) stop_workers();
  atomic_store(&pool.thread_count, count);
  atomic_store(&pool.owned, false);
}

static void wait_until_empty(void) {
  int64_t deadline = 0;
  while (atomic_load(&pool.gate) != 0) {
    for (int i = 0; i < 64; i++) {
      if (atomic_load(&pool.gate) == 0) return;
      pause_briefly();
    }
    int64_t now = nanoseconds();
    if (deadline == 0) deadline = now + spin_nanoseconds;
    if (now < deadline) continue;
    pthread_mutex_lock(&pool.lock);
    atomic_store(&pool.owner_sleeping, true);
    while (atomic_load(&pool.gate) != 0) pthread_cond_wait(&pool.done, &pool.lock);
    atomic_store(&pool.owner_sleeping, false);
    pthread_mutex_unlock(&pool.lock);
  }
}

static void run_in_place(int64_t tasks, vitro_task body, void *context) {
  bool was_inside = inside_loop;
  inside_loop = true;
  for (int64_t i = 0; i < tasks; i++) body(context, i);
  inside_loop = was_inside;
}

void vitro_parallel(int64_t tasks, vitro_task body, void *context) {
  int32_t threads = vitro_thread_count();
  if (tasks <= 1 || threads == 1 || inside_loop || !take_pool()) {
    run_in_place(tasks, body, context);
    return;
  }
  start_workers(threads - 1);
  inside_loop = true;
  pool.body = body;
  pool.context = context;
  pool.tasks = tasks;
  atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
  atomic_store(&pool.gate, gate_open);
  raise_generation(tasks - 1);
  claim_tasks(body, context, tasks);
  atomic_fetch_and(&pool.gate, ~gate_open);
  wait_until_empty();
  inside_loop = false;
  atomic_store(&pool.owned, false);
}
