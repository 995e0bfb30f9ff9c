#include "include/vitro_composition.h"

#include "blas.h"
#include "composition_softmax.h"
#include "include/vitro_memory.h"
#include "kernels.h"
#include "optimizers.h"

int64_t vitro_composition_parameter_count(const vitro_composition_shape *shape) {
  return 2 * shape->order * shape->embed + 2 * shape->embed * shape->hidden + shape->hidden * shape->order;
}

/// Where the parameters, or their gradients, lie.
typedef struct parts {
  int64_t left, right, top, bottom, unembed;
} parts;

static parts parts_of(const vitro_composition_shape *s) {
  int64_t table = s->order * s->embed, matrix = s->embed * s->hidden;
  return (parts){0, table, 2 * table, 2 * table + matrix, 2 * table + 2 * matrix};
}

/// What a call works in.
typedef struct room {
  float *memory;
  int64_t bytes;
  float *left, *right;                   ///< E_x and E_y [order, hidden]
  float *left_gradient, *right_gradient; ///< Alike.
  float *unembed, *unembed_gradient;     ///< [hidden, padded order]
  float *hidden, *slopes;                ///< [tile, hidden]
  float *logits;                         ///< [tile, padded order]
  float *gradient;                       ///< Of all parameters.
} room;

static float *take(float **next, int64_t count) {
  float *place = *next;
  if (place) *next = place + padded(count);
  return place;
}

static void lay_out(const vitro_composition_shape *s, room *r, float *next) {
  int64_t table = s->order * s->hidden, columns = padded(s->order);
  r->left = take(&next, table);
  r->right = take(&next, table);
  r->left_gradient = take(&next, table);
  r->right_gradient = take(&next, table);
  r->unembed = take(&next, s->hidden * columns);
  r->unembed_gradient = take(&next, s->hidden * columns);
  r->hidden = take(&next, tile_pairs * s->hidden);
  r->slopes = take(&next, tile_pairs * s->hidden);
  r->logits = take(&next, tile_pairs * columns);
  r->gradient = take(&next, vitro_composition_parameter_count(s));
}

static bool open_room(const vitro_composition_shape *s, room *r) {
  int64_t columns = padded(s->order);
  int64_t floats = 4 * padded(s->order * s->hidden) + 2 * s->hidden * columns + 2 * padded(tile_pairs * s->hidden) +
                   tile_pairs * columns + padded(vitro_composition_parameter_count(s));
  r->bytes = floats * (int64_t)sizeof(float);
  r->memory = vitro_allocate(r->bytes);
  if (!r->memory) return false;
  lay_out(s, r, r->memory);
  return true;
}

static void multiply(int64_t m, int64_t n, int64_t k, const float *a, int64_t leading_a, bool transposed_a,
                     const float *b, int64_t leading_b, bool transposed_b, double beta, float *c, int64_t leading_c) {
  vitro_serial_gemm(vitro_float32, m, n, k, 1, (operand){a, leading_a, transposed_a},
                    (operand){b, leading_b, transposed_b}, beta, c, leading_c);
}

static void fold(const vitro_composition_shape *s, const float *parameters, float *left, float *right) {
  parts p = parts_of(s);
  multiply(s->order, s->hidden, s->embed, parameters + p.left, s->embed, false, parameters + p.top, s->hidden, false, 0,
           left, s->hidden);
  multiply(s->order, s->hidden, s->embed, parameters + p.right, s->embed, false, parameters + p.bottom, s->hidden,
           false, 0, right, s->hidden);
}

void vitro_composition_fold(const vitro_composition_shape *shape, const float *parameters, float *out) {
  fold(shape, parameters, out, out + shape->order * shape->hidden);
}

static void pad_unembed(const vitro_composition_shape *s, const float *unembed, room *r) {
  int64_t columns = padded(s->order);
  for (int64_t i = 0; i < s->hidden; i++) {
    memcpy(r->unembed + i * columns, unembed + i * s->order, (size_t)s->order * sizeof(float));
    memset(r->unembed + i * columns + s->order, 0, (size_t)(columns - s->order) * sizeof(float));
  }
}

static void prepare(const vitro_composition_shape *s, const float *parameters, room *r) {
  fold(s, parameters, r->left, r->right);
  pad_unembed(s, parameters + parts_of(s).unembed, r);
}

VITRO_CLONES static void activate(int64_t hidden, const room *r, const vitro_composition_pairs *pairs, int64_t start,
                                  int64_t count) {
  for (int64_t row = 0; row < count; row++) {
    const float *restrict left = r->left + pairs->left[start + row] * hidden;
    const float *restrict right = r->right + pairs->right[start + row] * hidden;
    float *restrict out = r->hidden + row * hidden;
    for (int64_t i = 0; i < hidden; i++) {
      float z = left[i] + right[i];
      // A number that is none stays so: a network that has diverged must show it.
      out[i] = z <= 0 ? 0 : z;
    }
  }
}

/// The hidden values and the logits of a tile.
static void forward(const vitro_composition_shape *s, const vitro_composition_pairs *pairs, int64_t start,
                    int64_t count, const room *r) {
  int64_t columns = padded(s->order);
  activate(s->hidden, r, pairs, start, count);
  multiply(count, columns, s->hidden, r->hidden, s->hidden, false, r->unembed, columns, false, 0, r->logits, columns);
}

/// Turns the logits of a tile into ∂(mean loss)/∂logits and returns Σ loss.
///
/// The answer's own slope p − 1 is −Σ p over the others, so that it does not vanish by rounding when p is next to 1: a
/// lost slope lets Adam's scale decay until the next one is a leap.
VITRO_CLONES static double judge(int64_t order, const vitro_composition_pairs *pairs, int64_t start, int64_t count,
                                 float *logits) {
  int64_t columns = padded(order);
  exponentials found;
  exponentiate(order, pairs, start, count, logits, &found);
  double loss = 0;
  for (int64_t i = 0; i < count; i++) {
    vector16 *values = (vector16 *)(logits + i * columns);
    float scale = 1 / ((found.others[i] + found.answer[i]) * (float)pairs->count);
    for (int64_t v = 0; v < columns / lanes; v++) values[v] *= scale;
    logits[i * columns + pairs->product[start + i]] = -found.others[i] * scale;
    loss += found.loss[i];
  }
  return loss;
}

VITRO_CLONES static void scatter(int64_t hidden, const room *r, const vitro_composition_pairs *pairs, int64_t start,
                                 int64_t count) {
  for (int64_t row = 0; row < count; row++) {
    float *restrict left = r->left_gradient + pairs->left[start + row] * hidden;
    float *restrict right = r->right_gradient + pairs->right[start + row] * hidden;
    const float *restrict values = r->hidden + row * hidden;
    const float *restrict slopes = r->slopes + row * hidden;
    for (int64_t i = 0; i < hidden; i++) {
      float slope = values[i] > 0 ? slopes[i] : 0;
      left[i] += slope;
      right[i] += slope;
    }
  }
}

/// Puts the gradient at the parameters into the room and returns the mean loss.
static double differentiate(const vitro_composition_shape *s, const vitro_composition_pairs *pairs,
                            const float *parameters, const room *r) {
  int64_t n = s->order, e = s->embed, h = s->hidden, columns = padded(n);
  parts p = parts_of(s);
  memset(r->left_gradient, 0, (size_t)(n * h) * sizeof(float));
  memset(r->right_gradient, 0, (size_t)(n * h) * sizeof(float));
  vitro_scale_matrix(vitro_float32, h, columns, 0, r->unembed_gradient, columns);
  double loss = 0;
  for (int64_t start = 0; start < pairs->count; start += tile_pairs) {
    int64_t count = vitro_smaller(tile_pairs, pairs->count - start);
    forward(s, pairs, start, count, r);
    loss += judge(n, pairs, start, count, r->logits);
    multiply(h, columns, count, r->hidden, h, true, r->logits, columns, false, 1, r->unembed_gradient, columns);
    multiply(count, h, columns, r->logits, columns, false, r->unembed, columns, true, 0, r->slopes, h);
    scatter(h, r, pairs, start, count);
  }
  float *g = r->gradient;
  multiply(n, e, h, r->left_gradient, h, false, parameters + p.top, h, true, 0, g + p.left, e);
  multiply(n, e, h, r->right_gradient, h, false, parameters + p.bottom, h, true, 0, g + p.right, e);
  multiply(e, h, n, parameters + p.left, e, true, r->left_gradient, h, false, 0, g + p.top, h);
  multiply(e, h, n, parameters + p.right, e, true, r->right_gradient, h, false, 0, g + p.bottom, h);
  for (int64_t i = 0; i < h; i++)
    memcpy(g + p.unembed + i * n, r->unembed_gradient + i * columns, (size_t)n * sizeof(float));
  return loss / (double)pairs->count;
}

bool vitro_composition_train(const vitro_composition_shape *shape, const vitro_composition_pairs *pairs,
                             const vitro_adam *adam, int64_t first_step, int64_t steps, float *parameters,
                             float *first, float *second, double *losses) {
  room r;
  if (!open_room(shape, &r)) return false;
  vitro_adam_work work = {adam, 0, 0, parameters, r.gradient, first, second};
  int64_t count = vitro_composition_parameter_count(shape);
  for (int64_t step = 0; step < steps; step++) {
    prepare(shape, parameters, &r);
    double loss = differentiate(shape, pairs, parameters, &r);
    if (losses) losses[step] = loss;
    vitro_adam_correct(&work, adam->rate, first_step + step + 1);
    vitro_adam_range(vitro_float32, &work, 0, count);
  }
  vitro_release(r.memory, r.bytes);
  return true;
}

bool vitro_composition_gradient(const vitro_composition_shape *shape, const vitro_composition_pairs *pairs,
                                const float *parameters, float *gradient, double *loss) {
  room r;
  if (!open_room(shape, &r)) return false;
  prepare(shape, parameters, &r);
  *loss = differentiate(shape, pairs, parameters, &r);
  memcpy(gradient, r.gradient, (size_t)vitro_composition_parameter_count(shape) * sizeof(float));
  vitro_release(r.memory, r.bytes);
  return true;
}

VITRO_CLONES static void losses_of_tile(int64_t order, const vitro_composition_pairs *pairs, int64_t start,
                                        int64_t count, float *logits, double *losses) {
  exponentials found;
  exponentiate(order, pairs, start, count, logits, &found);
  memcpy(losses + start, found.loss, (size_t)count * sizeof(double));
}

static int32_t place_of_largest(const float *row, int64_t count) {
  int32_t place = 0;
  for (int64_t j = 1; j < count; j++) place = row[j] > row[place] ? (int32_t)j : place;
  return place;
}

bool vitro_composition_evaluate(const vitro_composition_shape *shape, const vitro_composition_pairs *pairs,
                                const float *left, const float *right, const float *unembed, double *losses,
                                int32_t *answers, float *hidden, float *logits) {
  room r;
  int64_t n = shape->order, h = shape->hidden, columns = padded(n);
  vitro_composition_shape folded = {n, 0, h};
  if (!open_room(&folded, &r)) return false;
  memcpy(r.left, left, (size_t)(n * h) * sizeof(float));
  memcpy(r.right, right, (size_t)(n * h) * sizeof(float));
  pad_unembed(shape, unembed, &r);
  for (int64_t start = 0; start < pairs->count; start += tile_pairs) {
    int64_t count = vitro_smaller(tile_pairs, pairs->count - start);
    forward(shape, pairs, start, count, &r);
    if (hidden) memcpy(hidden + start * h, r.hidden, (size_t)(count * h) * sizeof(float));
    for (int64_t i = 0; i < count; i++) {
      if (logits) memcpy(logits + (start + i) * n, r.logits + i * columns, (size_t)n * sizeof(float));
      if (answers) answers[start + i] = place_of_largest(r.logits + i * columns, n);
    }
    if (losses) losses_of_tile(n, pairs, start, count, r.logits, losses);
  }
  vitro_release(r.memory, r.bytes);
  return true;
}
