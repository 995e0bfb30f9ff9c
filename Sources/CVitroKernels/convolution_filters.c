#include "blas.h"
#include "convolution_plain.h"
#include "convolution_source.h"
#include "include/vitro_memory.h"
#include "include/vitro_threads.h"
#include "workspace.h"

#include <string.h>

// The gradient of the filters sums over images and pixels. Blocks of images, fixed by shape, sum into panels of their
// own [vector, tap of every channel, lane], a last row holding the bias; a tree over the blocks adds the panels.

enum {
  region_pixels = 1024,      // Positions whose images are cut out at once.
  packed_elements = 4096,    // Elements of gy that stay in the first cache with what they meet.
  most_blocks = 16,
  block_work = 1 << 18,      // Multiply-adds that are worth a block of images.
  most_partials = 1 << 22,   // Elements of all the blocks' panels.
};

static const int64_t largest_slot = (int64_t)1 << 31;

typedef struct plan {
  vitro_dtype type;
  const vitro_window *w;
  const convolution_kernels *kernels;
  const char *x, *gy;
  char *gfilters, *gbias;
  convolution_source source;
  int64_t *offsets; // [taps]
  int64_t terms;    // Source channels times taps.
  int64_t out_channels, vectors, pairs, blocks, panel_elements;
  char *partials; // [block, group, vector, terms + 1, lane]
  int64_t gy_offset;
  workspace space;
} plan;

static int64_t packed_rows(const plan *p) {
  return larger(1, packed_elements / (p->source.columns * most_vectors * p->kernels->lanes));
}

static void accumulate_band(const plan *p, int64_t image, int64_t group, int64_t vector, int64_t vectors,
                            int64_t first_row, int64_t rows, char *slot, char *panels) {
  const convolution_source *s = &p->source;
  int64_t size = element_size(p->type), lanes = p->kernels->lanes, columns = s->columns, step = packed_rows(p);
  int64_t pixels = s->rows * columns;
  const char *planes = p->x + (image * p->w->groups + group) * s->channels * s->height * s->width * size;
  const char *source = vitro_source_read(s, p->kernels, p->type, planes, first_row, rows, slot);
  gradient_block block = {.channels = s->channels, .channel_step = s->channel_step, .offsets = p->offsets,
                          .taps = s->taps, .gy = slot + p->gy_offset,
                          .gy_step = step * columns * lanes, .vectors = vectors, .row_step = s->row_step,
                          .gradients = panels, .gradients_step = p->panel_elements};
  for (int64_t row = 0; row < rows; row += step) {
    int64_t count = smaller(step, rows - row);
    for (int64_t v = 0; v < vectors; v++) {
      int64_t first = (vector + v) * lanes;
      const char *gy = p->gy + (((image * p->w->groups + group) * p->out_channels + first) * pixels +
                                (first_row + row) * columns) * size;
      char *packed = slot + p->gy_offset + v * block.gy_step * size;
      p->kernels->pack(gy, pixels, count * columns, smaller(lanes, p->out_channels - first), packed);
      p->kernels->sum_panel(packed, count * columns, panels + (v * p->panel_elements + p->terms * lanes) * size);
    }
    tap_places places = vitro_source_places(s, first_row + row);
    block.source = source + row * s->row_step * size;
    block.rows = count;
    block.width = columns;
    block.places = s->in_place ? NULL : &places;
    if (block.row_step == columns) {
      block.width *= count;
      block.rows = 1;
      block.places = NULL;
    }
    p->kernels->accumulate_gradient(&block);
  }
}

static void accumulate_block(void *context, int64_t task) {
  const plan *p = context;
  int64_t vector = task % p->pairs * most_vectors, vectors = smaller(most_vectors, p->vectors - vector);
  task /= p->pairs;
  int64_t group = task % p->w->groups, block = task / p->w->groups;
  int64_t size = element_size(p->type);
  char *panels =
      p->partials + ((block * p->w->groups + group) * p->vectors + vector) * p->panel_elements * size;
  memset(panels, 0, (size_t)(vectors * p->panel_elements * size));
  char *slot = vitro_workspace_borrow(&p->space);
  int64_t end = (block + 1) * p->w->batch / p->blocks;
  for (int64_t image = block * p->w->batch / p->blocks; image < end; image++) {
    for (int64_t row = 0; row < p->source.rows; row += p->source.band_rows) {
      accumulate_band(p, image, group, vector, vectors, row, smaller(p->source.band_rows, p->source.rows - row), slot,
                      panels);
    }
  }
  vitro_workspace_return(&p->space, slot);
}

static void add_blocks(void *context, int64_t task) {
  const plan *p = context;
  int64_t size = element_size(p->type), lanes = p->kernels->lanes;
  int64_t group = task / p->vectors, first = task % p->vectors * lanes;
  int64_t valid = smaller(lanes, p->out_channels - first);
  int64_t block_bytes = p->w->groups * p->vectors * p->panel_elements * size;
  char *panel = p->partials + task * p->panel_elements * size;
  for (int64_t step = 1; step < p->blocks; step *= 2) {
    for (int64_t block = 0; block + step < p->blocks; block += 2 * step) {
      char *sum = panel + block * block_bytes;
      p->kernels->add(sum + step * block_bytes, p->panel_elements, sum);
    }
  }
  int64_t channel = group * p->out_channels + first;
  p->kernels->unpack(panel, p->terms, valid, NULL, p->gfilters + channel * p->terms * size, p->terms);
  if (p->gbias) memcpy(p->gbias + channel * size, panel + p->terms * lanes * size, (size_t)(valid * size));
}

static void cut_into_blocks(plan *p) {
  const vitro_window *w = p->w;
  double pixels = (double)p->source.rows * (double)p->source.columns;
  double work = (double)w->batch * (double)w->out_channels * (double)p->terms * pixels;
  int64_t weights = larger(1, w->out_channels * p->terms);
  double blocks = work / block_work;
  if (blocks > most_blocks) blocks = most_blocks;
  p->blocks = larger(1, smaller((int64_t)blocks, w->batch));
  while (p->blocks > 1 && p->blocks * weights > most_partials) p->blocks /= 2;
  p->source.band_rows = larger(1, smaller(p->source.rows, region_pixels / larger(1, p->source.columns)));
}

static bool run(plan *p) {
  const vitro_window *w = p->w;
  int64_t size = element_size(p->type), lanes = p->kernels->lanes, taps = p->source.taps;
  int64_t offset_bytes = ceiling(3 * taps * 8, 64) * 64;
  int64_t bytes = offset_bytes + p->blocks * w->groups * p->vectors * p->panel_elements * size;
  char *memory = vitro_allocate(bytes);
  if (!memory) return false;
  p->partials = memory + offset_bytes;
  p->offsets = (int64_t *)memory;
  int64_t *dy = p->offsets + taps, *dx = dy + taps;
  for (int64_t t = 0; t < taps; t++) {
    dy[t] = t / w->kernel_width * w->dilation_height - w->padding_top;
    dx[t] = t % w->kernel_width * w->dilation_width - w->padding_left;
  }
  p->source.dy = dy;
  p->source.dx = dx;
  vitro_source_prepare(&p->source, p->offsets);
  p->gy_offset = ceiling(p->source.region_elements * size, 64) * 64;
  int64_t tasks = p->blocks * w->groups * p->pairs;
  int64_t slot = p->gy_offset + most_vectors * packed_rows(p) * p->source.columns * lanes * size;
  if (slot <= largest_slot) p->space = vitro_workspace_open(tasks, slot);
  if (p->space.memory) {
    vitro_parallel(tasks, accumulate_block, p);
    vitro_parallel(w->groups * p->vectors, add_blocks, p);
    vitro_workspace_close(&p->space);
  }
  vitro_release(memory, bytes);
  return p->space.memory != NULL;
}

void vitro_convolve_gradient_filters(vitro_dtype type, const vitro_window *w, const void *x, const void *gy,
                                     void *gfilters, void *gbias) {
  int64_t groups = larger(1, w->groups), channels = w->in_channels / groups;
  int64_t taps = w->kernel_height * w->kernel_width;
  if (w->out_channels <= 0) return;
  plan p = {.type = type, .w = w, .kernels = vitro_convolution_kernels(type), .x = x, .gy = gy, .gfilters = gfilters,
            .gbias = gbias, .terms = channels * taps, .out_channels = w->out_channels / groups,
            .source = {.channels = channels, .height = w->height, .width = w->width, .rows = w->out_height,
                       .columns = w->out_width, .step_height = w->stride_height, .step_width = w->stride_width,
                       .taps = taps}};
  if (w->batch <= 0 || w->out_height <= 0 || w->out_width <= 0) {
    memset(gfilters, 0, (size_t)(w->out_channels * p.terms * element_size(type)));
    if (gbias) memset(gbias, 0, (size_t)(w->out_channels * element_size(type)));
    return;
  }
  p.vectors = ceiling(p.out_channels, p.kernels->lanes);
  p.pairs = ceiling(p.vectors, most_vectors);
  p.panel_elements = (p.terms + 1) * p.kernels->lanes;
  cut_into_blocks(&p);
  if (!run(&p)) vitro_convolve_gradient_filters_plainly(type, w, x, gy, gfilters, gbias);
}
