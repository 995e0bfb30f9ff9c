#include "reduce_engine.h"

#include <string.h>

#include "include/vitro_memory.h"
#include "reduce_common.h"

// A reduction is cut into items (results that are computed together, up to 256 neighbours) and every item into leaves, both
// by shape alone. Leaves run in parallel; their results meet in a binary tree over the leaves' numbers.

enum {
  tile_limit = 256,     // results of an item
  leaf_rows = 256,      // rows of a leaf of columns
  run_elements = 2048,  // elements that one call of a kernel's `run` takes
  leaf_runs = 32,       // such calls in a leaf
  tree_levels = 48,     // a tree over more leaves than memory holds
};

typedef struct reduction reduction;
typedef void (*leaf_body)(const reduction *all, int64_t item, int64_t leaf, reduce_word *tile);

struct reduction {
  const reduce_kernel *kernel;
  vitro_dtype type;
  reduce_operands operands;
  reduce_target target;
  leaf_body leaf;
  int64_t items, leaves, leaf_work;
  int64_t outer, length, inner;           // of the array
  int64_t row_stride, outer_stride, base; // of the array, in elements
  int64_t tiles;                          // items side by side along `inner`
  int64_t fold;                           // neighbours along `inner` that end in one result
  int64_t copies;                         // short rows that are read as one wide row
  int64_t outers_per_leaf, leaves_per_outer;
  reduce_word *partials; // [items, leaves, tile_limit], or [items, leaves] when items are single results
  int64_t partial_width;
};

// MARK: - The tree

typedef struct tree {
  const reduce_kernel *kernel;
  reduce_word *levels;
  int64_t width, count;
} tree;

/// Appends one leaf's results: like a binary counter, in which every carry is a combination of two equal subtrees.
static void tree_append(tree *sum, const reduce_word *tile) {
  const reduce_word *carry = tile;
  int64_t level = 0;
  for (; sum->count >> level & 1; level++) {
    reduce_word *earlier = sum->levels + level * sum->width;
    sum->kernel->combine(earlier, carry, sum->width);
    carry = earlier;
  }
  memcpy(sum->levels + level * sum->width, carry, (size_t)sum->width * sizeof *carry);
  sum->count += 1;
}

static void tree_finish(tree *sum, reduce_word *tile) {
  const reduce_word *later = NULL;
  for (int64_t level = 0; sum->count >> level; level++) {
    if (!(sum->count >> level & 1)) continue;
    reduce_word *earlier = sum->levels + level * sum->width;
    if (later) sum->kernel->combine(earlier, later, sum->width);
    later = earlier;
  }
  if (later) memcpy(tile, later, (size_t)sum->width * sizeof *tile);
}

// MARK: - Leaves

static const void *element(const reduction *all, const void *array, int64_t index) {
  return array ? (const char *)array + index * all->kernel->element_size : NULL;
}

static double shift_of(const reduction *all, int64_t result) {
  const reduce_operands *in = &all->operands;
  if (!in->shift_high) return 0;
  if (all->type == vitro_float32)
    return (double)((const float *)in->shift_high)[result] + (double)((const float *)in->shift_low)[result];
  return ((const double *)in->shift_high)[result] + ((const double *)in->shift_low)[result];
}

/// Reduces consecutive elements to one result.
static void reduce_stretch(const reduction *all, int64_t start, int64_t count, double shift, tree *sum) {
  for (int64_t done = 0; done < count; done += run_elements) {
    reduce_word part;
    int64_t at = start + done;
    all->kernel->run(element(all, all->operands.x, at), element(all, all->operands.y, at), shift,
                     reduce_smaller(count - done, run_elements), &part);
    tree_append(sum, &part);
  }
}

static void row_leaf(const reduction *all, int64_t item, int64_t leaf, reduce_word *tile) {
  reduce_word levels[tree_levels];
  tree sum = {all->kernel, levels, 1, 0};
  int64_t first = leaf * run_elements * leaf_runs;
  int64_t count = reduce_smaller(all->length - first, run_elements * leaf_runs);
  reduce_stretch(all, item * all->length + first, count, shift_of(all, item), &sum);
  tree_finish(&sum, tile);
}

/// A leaf of a channel: a piece of one large image, or several small images.
static void channel_leaf(const reduction *all, int64_t item, int64_t leaf, reduce_word *tile) {
  reduce_word levels[tree_levels];
  tree sum = {all->kernel, levels, 1, 0};
  double shift = shift_of(all, item);
  int64_t outer = leaf / all->leaves_per_outer * all->outers_per_leaf;
  int64_t end = reduce_smaller(outer + all->outers_per_leaf, all->outer);
  int64_t first = leaf % all->leaves_per_outer * run_elements * leaf_runs;
  int64_t count = reduce_smaller(all->inner - first, run_elements * leaf_runs);
  for (; outer < end; outer++)
    reduce_stretch(all, all->base + outer * all->outer_stride + item * all->inner + first, count, shift, &sum);
  tree_finish(&sum, tile);
}

/// The first result of a tile of columns.
static int64_t tile_start(const reduction *all, int64_t tile) {
  return tile * (all->inner / all->fold) / all->tiles;
}

static void column_leaf(const reduction *all, int64_t item, int64_t leaf, reduce_word *tile) {
  int64_t outer = item / all->tiles, start = tile_start(all, item % all->tiles);
  int64_t results = tile_start(all, item % all->tiles + 1) - start;
  int64_t width = results * all->fold, wide = width * all->copies;
  double shifts[tile_limit];
  if (all->operands.shift_high) {
    int64_t first_result = outer * (all->inner / all->fold) + start;
    for (int64_t j = 0; j < width; j++) shifts[j] = shift_of(all, first_result + j / all->fold);
    for (int64_t j = width; j < wide; j++) shifts[j] = shifts[j - width];
  }
  for (int64_t j = 0; j < wide; j++) tile[j] = all->kernel->identity;

  int64_t stride = all->row_stride * all->copies, wide_rows = all->length / all->copies;
  int64_t first = leaf * leaf_rows, rows = reduce_smaller(wide_rows - first, leaf_rows);
  int64_t at = all->base + outer * all->outer_stride + first * stride + start * all->fold;
  const void *x = element(all, all->operands.x, at), *y = element(all, all->operands.y, at);
  all->kernel->columns(x, y, shifts, rows, stride, wide, tile);
  int64_t rest = all->length % all->copies;
  if (leaf == all->leaves - 1 && rest > 0)
    all->kernel->columns(element(all, x, rows * stride), element(all, y, rows * stride), shifts, 1, 0, rest * width,
                         tile);
}

// MARK: - Items

static int64_t item_results(const reduction *all, int64_t item) {
  if (all->tiles == 0) return 1;
  return tile_start(all, item % all->tiles + 1) - tile_start(all, item % all->tiles);
}

/// The width of a leaf's results.
static int64_t item_width(const reduction *all, int64_t item) {
  return item_results(all, item) * all->fold * all->copies;
}

/// Folds `count` pieces of `width` neighbours onto the first one.
static void fold_pieces(const reduction *all, reduce_word *pieces, int64_t count, int64_t width) {
  while (count > 1) {
    int64_t half = (count + 1) / 2;
    all->kernel->combine(pieces, pieces + half * width, (count - half) * width);
    count = half;
  }
}

static void finish_item(const reduction *all, int64_t item, reduce_word *tile) {
  int64_t results = item_results(all, item);
  fold_pieces(all, tile, all->copies, results * all->fold);
  for (int64_t j = 0; j < results && all->fold > 1; j++) {
    fold_pieces(all, tile + j * all->fold, all->fold, 1);
    tile[j] = tile[j * all->fold];
  }
  int64_t first = item;
  if (all->tiles > 0) first = item / all->tiles * (all->inner / all->fold) + tile_start(all, item % all->tiles);
  all->target.store(tile, all->target.out, first, results, all->target.context);
}

static void run_items(void *context, int64_t first, int64_t end) {
  const reduction *all = context;
  reduce_word tile[tile_limit];
  if (all->leaves == 1) {
    for (int64_t item = first; item < end; item++) {
      all->leaf(all, item, 0, tile);
      finish_item(all, item, tile);
    }
    return;
  }
  reduce_word levels[tree_levels * tile_limit];
  for (int64_t item = first; item < end; item++) {
    tree sum = {all->kernel, levels, item_width(all, item), 0};
    for (int64_t leaf = 0; leaf < all->leaves; leaf++) {
      if (!all->partials) all->leaf(all, item, leaf, tile);
      tree_append(&sum, all->partials ? all->partials + (item * all->leaves + leaf) * all->partial_width : tile);
    }
    tree_finish(&sum, tile);
    finish_item(all, item, tile);
  }
}

static void run_leaves(void *context, int64_t first, int64_t end) {
  const reduction *all = context;
  for (int64_t at = first; at < end; at++)
    all->leaf(all, at / all->leaves, at % all->leaves, all->partials + at * all->partial_width);
}

static void run_reduction(reduction *all) {
  if (all->leaves <= 0) {
    for (int64_t item = 0; item < all->items; item++) {
      reduce_word tile[tile_limit];
      for (int64_t j = 0; j < item_width(all, item); j++) tile[j] = all->kernel->identity;
      finish_item(all, item, tile);
    }
    return;
  }
  if (all->leaves > 1) {
    all->partial_width = all->tiles ? tile_limit : 1;
    int64_t bytes = all->items * all->leaves * all->partial_width * (int64_t)sizeof(reduce_word);
    all->partials = vitro_allocate(bytes);
    // Without memory for the leaves' results each item runs its leaves itself, to the same bits.
    if (all->partials) reduce_for_ranges(all->items * all->leaves, all->leaf_work, run_leaves, all);
    int64_t work = all->leaves * (all->partials ? all->partial_width : all->leaf_work);
    reduce_for_ranges(all->items, work, run_items, all);
    vitro_release(all->partials, bytes);
    return;
  }
  reduce_for_ranges(all->items, all->leaf_work, run_items, all);
}

// MARK: - Shapes

static void run_columns(reduction *all) {
  all->leaf = column_leaf;
  all->tiles = reduce_divide_up(all->inner / all->fold, tile_limit / all->fold);
  all->items = all->outer * all->tiles;
  bool gaps = all->row_stride != all->inner;
  if (all->tiles == 1 && !gaps && all->length > 0)
    all->copies = reduce_smaller(tile_limit / all->inner, all->length);
  all->leaves = reduce_divide_up(all->length / all->copies, leaf_rows);
  all->leaf_work = reduce_smaller(all->length, leaf_rows * all->copies) * all->inner / all->tiles;
  run_reduction(all);
}

void reduce_axis(const reduce_kernel *kernel, vitro_dtype type, reduce_operands operands, reduce_target target,
                 int64_t outer, int64_t length, int64_t inner) {
  if (outer <= 0 || inner <= 0) return;
  reduction all = {.kernel = kernel, .type = type, .operands = operands, .target = target, .fold = 1, .copies = 1,
                   .outer = outer, .length = length, .inner = inner, .row_stride = inner,
                   .outer_stride = length * inner};
  if (inner > 1) {
    run_columns(&all);
    return;
  }
  all.leaf = row_leaf;
  all.items = outer;
  all.leaves = reduce_divide_up(length, run_elements * leaf_runs);
  all.leaf_work = reduce_smaller(length, run_elements * leaf_runs);
  run_reduction(&all);
}

void reduce_channels(const reduce_kernel *kernel, vitro_dtype type, reduce_operands operands, reduce_target target,
                     int64_t outer, int64_t channels, int64_t inner, int64_t first, int64_t count) {
  if (count <= 0) return;
  reduction all = {.kernel = kernel, .type = type, .operands = operands, .target = target, .fold = 1, .copies = 1,
                   .base = first * inner};
  // Small images: first their columns over `outer`, then the columns of each channel.
  if (inner > 0 && inner <= tile_limit / 4) {
    all.outer = 1, all.length = outer, all.inner = count * inner, all.row_stride = channels * inner, all.fold = inner;
    run_columns(&all);
    return;
  }
  all.leaf = channel_leaf;
  all.items = count, all.outer = outer, all.inner = inner, all.outer_stride = channels * inner;
  all.outers_per_leaf = inner > 0 ? reduce_larger(run_elements * 4 / inner, 1) : 1;
  all.leaves_per_outer = reduce_divide_up(inner, run_elements * leaf_runs);
  all.leaves = reduce_divide_up(outer, all.outers_per_leaf) * all.leaves_per_outer;
  all.leaf_work = reduce_smaller(inner, run_elements * leaf_runs) * all.outers_per_leaf;
  run_reduction(&all);
}
