#include "include/vitro_attention.h"

#include "blas.h"
#include "reduce_common.h"
#include "reduce_math.h"
#include "workspace.h"

#include <math.h>
#include <string.h>

// Queries go through in blocks whose scores stay in the second cache. Blocks are cut by lengths alone, so that bits do not
// depend on threads.

enum { lane_count = 32, block_scores = 1 << 16, least_block = 16, most_block = 128 };

/// Which keys the queries of a sequence see: `past` keys come before the one that belongs to the first query.
typedef struct span_of_keys {
  int64_t past, total, window;
  bool causal;
} span_of_keys;

static inline int64_t first_seen(span_of_keys s, int64_t query) {
  return s.window > 0 ? reduce_larger(s.past + query + 1 - s.window, 0) : 0;
}

static inline int64_t last_seen(span_of_keys s, int64_t query) {
  return s.causal ? reduce_smaller(s.past + query + 1, s.total)
                  : (s.window > 0 ? reduce_smaller(s.past + query + s.window, s.total) : s.total);
}

typedef struct rotation {
  const void *x, *cosines, *sines;
  void *out;
  int64_t heads, width, turned;
  bool adjacent;
  double sign;
} rotation;

#define REDUCE_TEMPLATE "attention_template.h"
#include "reduce_types.h"
#undef REDUCE_TEMPLATE

#define CHOOSE(type, body) ((type) == vitro_float32 ? body##_float32 : body##_float64)

typedef struct job {
  const vitro_attention *a;
  const workspace *space;
  const void *first, *second;
  void *out, *other;
  double value;
  int64_t block, blocks;
  bool masked;
} job;

static inline span_of_keys seen_by(const vitro_attention *a, const vitro_attention_sequence *s) {
  // The last query belongs to the last key.
  int64_t past = s->past + s->keys - s->queries;
  return (span_of_keys){.past = past, .total = s->past + s->keys, .window = a->window, .causal = a->causal};
}

static inline int64_t key_head(const vitro_attention *a, int64_t head) { return head / (a->heads / a->key_heads); }

/// The rows of one head as a matrix.
static inline operand rows_of_head(const vitro_attention *a, const void *data, int64_t heads, int64_t first_row,
                                   int64_t head, bool transposed) {
  int64_t elements = (first_row * heads + head) * a->width;
  return (operand){(const char *)data + elements * element_size(a->type), heads * a->width, transposed};
}

static inline void *plane(const vitro_attention *a, const void *data, int64_t sequence, int64_t head) {
  int64_t elements = (sequence * a->heads + head) * a->longest_queries * a->longest_keys;
  return (char *)(uintptr_t)data + elements * element_size(a->type);
}

static inline char *elements_on(const vitro_attention *a, void *data, int64_t elements) {
  return (char *)data + elements * element_size(a->type);
}

/// out [queries, columns] = scale · q · kᵀ for columns `from ..< to` of past and keys together.
static void products(const vitro_attention *a, const vitro_attention_sequence *s, int64_t head, int64_t first,
                     int64_t rows, int64_t from, int64_t to, void *out, int64_t leading) {
  operand q = rows_of_head(a, a->queries, a->heads, s->first_query + first, head, false);
  int64_t past = smaller(to, s->past) - from, shared = key_head(a, head);
  if (past > 0) {
    operand k = rows_of_head(a, a->past_keys, a->key_heads, s->first_past + from, shared, true);
    vitro_serial_gemm(a->type, rows, past, a->width, a->scale, q, k, 0, out, leading);
  }
  int64_t begin = larger(from, s->past);
  if (to > begin) {
    operand k = rows_of_head(a, a->keys, a->key_heads, s->first_key + begin - s->past, shared, true);
    vitro_serial_gemm(a->type, rows, to - begin, a->width, a->scale, q, k, 0, elements_on(a, out, begin - from), leading);
  }
}

/// Rows of the output from rows of a pattern over columns `from ..< to`.
static void mixed_values(const vitro_attention *a, const vitro_attention_sequence *s, int64_t head, int64_t first,
                         int64_t rows, int64_t from, int64_t to, const void *pattern, int64_t leading, void *out) {
  operand z = rows_of_head(a, out, a->heads, s->first_query + first, head, false);
  operand p = {pattern, leading, false};
  int64_t past = smaller(to, s->past) - from, shared = key_head(a, head);
  double beta = 0;
  if (past > 0) {
    operand v = rows_of_head(a, a->past_values, a->key_heads, s->first_past + from, shared, false);
    vitro_serial_gemm(a->type, rows, a->width, past, 1, p, v, 0, (void *)(uintptr_t)z.data, z.leading);
    beta = 1;
  }
  int64_t begin = larger(from, s->past);
  if (to > begin || past <= 0) {
    operand v = rows_of_head(a, a->values, a->key_heads, s->first_key + begin - s->past, shared, false);
    vitro_serial_gemm(a->type, rows, a->width, to - begin, 1, operand_at(p, a->type, 0, begin - from), v, beta,
                      (void *)(uintptr_t)z.data, z.leading);
  }
}

// MARK: - The whole at once

static void attend_block(void *context, int64_t task) {
  const job *j = context;
  const vitro_attention *a = j->a;
  int64_t block = task % j->blocks, head = task / j->blocks % a->heads;
  const vitro_attention_sequence *s = a->sequences + task / j->blocks / a->heads;
  int64_t first = block * j->block, rows = smaller(j->block, s->queries - first);
  if (rows <= 0) return;
  span_of_keys seen = seen_by(a, s);
  int64_t from = first_seen(seen, first), to = larger(last_seen(seen, first + rows - 1), from);
  char *scores = vitro_workspace_borrow(j->space);
  int64_t leading = a->longest_keys;
  products(a, s, head, first, rows, from, to, scores, leading);
  CHOOSE(a->type, pattern_rows)(scores, rows, to - from, leading, seen, first, from, a->cap);
  mixed_values(a, s, head, first, rows, from, to, scores, leading, j->out);
  vitro_workspace_return(j->space, scores);
}

bool vitro_attend(const vitro_attention *a, void *out) {
  if (a->count <= 0 || a->heads <= 0 || a->longest_queries <= 0) return true;
  int64_t keys = larger(a->longest_keys, 1);
  int64_t block = smaller(larger(block_scores / keys, least_block), most_block);
  block = smaller(block, a->longest_queries);
  int64_t blocks = ceiling(a->longest_queries, block), tasks = a->count * a->heads * blocks;
  workspace space = vitro_workspace_open(tasks, block * keys * element_size(a->type));
  if (!space.memory) return false;
  job j = {.a = a, .space = &space, .out = out, .block = block, .blocks = blocks};
  vitro_parallel(tasks, attend_block, &j);
  vitro_workspace_close(&space);
  return true;
}

// MARK: - With the pattern to be seen

static void fill_row(const vitro_attention *a, void *row, int64_t from, int64_t to, double value) {
  if (to > from) CHOOSE(a->type, fill)(elements_on(a, row, from), to - from, value);
}

static void mask_plane(const vitro_attention *a, int64_t sequence, int64_t head, bool masked, double value, void *scores) {
  const vitro_attention_sequence *s = a->sequences + sequence;
  span_of_keys seen = seen_by(a, s);
  char *row = plane(a, scores, sequence, head);
  for (int64_t query = 0; query < a->longest_queries; query++) {
    bool inside = query < s->queries;
    int64_t from = inside ? (masked ? first_seen(seen, query) : 0) : a->longest_keys;
    int64_t to = inside ? (masked ? last_seen(seen, query) : seen.total) : a->longest_keys;
    fill_row(a, row, 0, smaller(from, a->longest_keys), value);
    fill_row(a, row, larger(to, from), a->longest_keys, value);
    row += a->longest_keys * element_size(a->type);
  }
}

static void score_plane(void *context, int64_t task) {
  const job *j = context;
  const vitro_attention *a = j->a;
  const vitro_attention_sequence *s = a->sequences + task / a->heads;
  void *scores = plane(a, j->out, task / a->heads, task % a->heads);
  products(a, s, task % a->heads, 0, s->queries, 0, s->past + s->keys, scores, a->longest_keys);
  mask_plane(a, task / a->heads, task % a->heads, j->masked, -INFINITY, j->out);
}

void vitro_attention_scores(const vitro_attention *a, bool masked, void *scores) {
  job j = {.a = a, .out = scores, .masked = masked};
  vitro_parallel(a->count * a->heads, score_plane, &j);
}

static void mask_one(void *context, int64_t task) {
  const job *j = context;
  mask_plane(j->a, task / j->a->heads, task % j->a->heads, true, j->value, j->out);
}

void vitro_attention_mask(const vitro_attention *a, double value, void *scores) {
  job j = {.a = a, .out = scores, .value = value};
  vitro_parallel(a->count * a->heads, mask_one, &j);
}

static void query_gradient(void *context, int64_t task) {
  const job *j = context;
  const vitro_attention *a = j->a;
  int64_t head = task % a->heads, shared = key_head(a, head);
  const vitro_attention_sequence *s = a->sequences + task / a->heads;
  operand gradient = {plane(a, j->first, task / a->heads, head), a->longest_keys, false};
  operand target = rows_of_head(a, j->out, a->heads, s->first_query, head, false);
  if (s->past > 0) {
    operand past = rows_of_head(a, a->past_keys, a->key_heads, s->first_past, shared, false);
    vitro_serial_gemm(a->type, s->queries, a->width, s->past, a->scale, gradient, past, 0,
                      (void *)(uintptr_t)target.data, target.leading);
  }
  operand keys = rows_of_head(a, a->keys, a->key_heads, s->first_key, shared, false);
  vitro_serial_gemm(a->type, s->queries, a->width, s->keys, a->scale, operand_at(gradient, a->type, 0, s->past), keys,
                    s->past > 0 ? 1 : 0, (void *)(uintptr_t)target.data, target.leading);
}

/// The sum over the query heads that share a head of keys (or values): Σ planeᵀ · rows.
static void shared_gradient(void *context, int64_t task) {
  const job *j = context;
  const vitro_attention *a = j->a;
  int64_t shared = task % a->key_heads, group = a->heads / a->key_heads;
  const vitro_attention_sequence *s = a->sequences + task / a->key_heads;
  operand target = rows_of_head(a, j->out, a->key_heads, s->first_key, shared, false);
  for (int64_t head = shared * group; head < (shared + 1) * group; head++) {
    operand weights = {plane(a, j->first, task / a->key_heads, head), a->longest_keys, false};
    weights = operand_at(weights, a->type, 0, s->past);
    weights.transposed = true;
    operand rows = rows_of_head(a, j->second, a->heads, s->first_query, head, false);
    vitro_serial_gemm(a->type, s->keys, a->width, s->queries, j->value, weights, rows, head > shared * group ? 1 : 0,
                      (void *)(uintptr_t)target.data, target.leading);
  }
}

void vitro_attention_scores_gradient(const vitro_attention *a, const void *gradient, void *queries, void *keys) {
  job j = {.a = a, .first = gradient, .second = a->queries, .value = a->scale};
  j.out = queries;
  if (queries) vitro_parallel(a->count * a->heads, query_gradient, &j);
  j.out = keys;
  if (keys) vitro_parallel(a->count * a->key_heads, shared_gradient, &j);
}

static void value_plane(void *context, int64_t task) {
  const job *j = context;
  const vitro_attention *a = j->a;
  const vitro_attention_sequence *s = a->sequences + task / a->heads;
  const void *pattern = plane(a, j->first, task / a->heads, task % a->heads);
  mixed_values(a, s, task % a->heads, 0, s->queries, 0, s->past + s->keys, pattern, a->longest_keys, j->out);
}

void vitro_attention_values(const vitro_attention *a, const void *pattern, void *out) {
  job j = {.a = a, .first = pattern, .out = out};
  vitro_parallel(a->count * a->heads, value_plane, &j);
}

static void pattern_gradient(void *context, int64_t task) {
  const job *j = context;
  const vitro_attention *a = j->a;
  int64_t head = task % a->heads, shared = key_head(a, head);
  const vitro_attention_sequence *s = a->sequences + task / a->heads;
  operand z = rows_of_head(a, j->second, a->heads, s->first_query, head, false);
  char *out = plane(a, j->out, task / a->heads, head);
  if (s->past > 0) {
    operand past = rows_of_head(a, a->past_values, a->key_heads, s->first_past, shared, true);
    vitro_serial_gemm(a->type, s->queries, s->past, a->width, 1, z, past, 0, out, a->longest_keys);
  }
  operand values = rows_of_head(a, a->values, a->key_heads, s->first_key, shared, true);
  vitro_serial_gemm(a->type, s->queries, s->keys, a->width, 1, z, values, 0, elements_on(a, out, s->past),
                    a->longest_keys);
}

void vitro_attention_values_gradient(const vitro_attention *a, const void *pattern, const void *gradient,
                                     void *pattern_out, void *values) {
  job j = {.a = a, .first = pattern, .second = gradient, .value = 1};
  j.out = pattern_out;
  if (pattern_out) vitro_parallel(a->count * a->heads, pattern_gradient, &j);
  j.out = values;
  if (values) vitro_parallel(a->count * a->key_heads, shared_gradient, &j);
}

// MARK: - Rotary positions

void vitro_rotate(vitro_dtype type, const void *x, const void *cosines, const void *sines, void *out, int64_t rows,
                  int64_t heads, int64_t width, int64_t turned, bool adjacent, double sign) {
  rotation r = {.x = x, .cosines = cosines, .sines = sines, .out = out, .heads = heads, .width = width,
                .turned = turned, .adjacent = adjacent, .sign = sign};
  reduce_for_ranges(rows, heads * width, CHOOSE(type, rotate), &r);
}
