#include "correlation.h"

#include "blas.h"
#include "include/vitro_memory.h"
#include "include/vitro_threads.h"
#include "workspace.h"

#include <string.h>

enum {
  band_pixels = 1024,   // Positions whose sums stay in the second cache.
  task_work = 1 << 19, // Multiply-adds that are worth a task of their own.
  wanted_tasks = 32,
};

static const int64_t largest_slot = (int64_t)1 << 31;

/// A correlation with its filters packed and its work cut into tasks.
typedef struct plan {
  const correlation *c;
  const convolution_kernels *kernels;
  const int64_t *offsets;
  char *panels; // [groups, vectors, source channels, taps, lane]
  int64_t vectors, panel_elements;
  int64_t bands, pieces, images; // Bands of rows, pieces of the output channels, images in one task.
  int64_t sums_offset, spread_offset;
  workspace space;
} plan;

static void pack_filters(void *context, int64_t task) {
  const plan *p = context;
  const correlation *c = p->c;
  int64_t size = element_size(c->type), lanes = p->kernels->lanes, taps = c->source.taps;
  int64_t group = task / p->vectors, first = task % p->vectors * lanes;
  int64_t valid = smaller(lanes, c->target_channels - first);
  const char *filters =
      (const char *)c->filters + (group * c->filter_group_step + first * c->filter_channel_step) * size;
  char *panel = p->panels + task * p->panel_elements * size;
  bool whole = true;
  for (int64_t t = 0; t < taps; t++) whole = whole && c->tap_indices[t] == t;
  if (whole && c->filter_source_step == taps) {
    p->kernels->pack(filters, c->filter_channel_step, c->source.channels * taps, valid, panel);
    return;
  }
  for (int64_t channel = 0; channel < c->source.channels; channel++, panel += taps * lanes * size) {
    const char *source = filters + channel * c->filter_source_step * size;
    if (whole) {
      p->kernels->pack(source, c->filter_channel_step, taps, valid, panel);
      continue;
    }
    for (int64_t t = 0; t < taps; t++) {
      p->kernels->pack(source + c->tap_indices[t] * size, c->filter_channel_step, 1, valid, panel + t * lanes * size);
    }
  }
}

// Moves the sums of one vector to the channels of the target.
static void write_channels(const plan *p, const char *sums, char *spread, int64_t group_index, int64_t first_channel,
                           int64_t first_row, int64_t rows) {
  const correlation *c = p->c;
  int64_t size = element_size(c->type), columns = c->source.columns, count = rows * columns;
  int64_t valid = smaller(p->kernels->lanes, c->target_channels - first_channel);
  int64_t plane = c->target_height * c->target_width;
  int64_t channel_in_group = group_index % c->groups * c->target_channels + first_channel;
  const void *bias = c->bias ? (const char *)c->bias + channel_in_group * size : NULL;
  char *target = (char *)c->target + (group_index * c->target_channels + first_channel) * plane * size;
  if (c->row_stride == 1 && c->column_stride == 1 && columns == c->target_width) {
    p->kernels->unpack(sums, count, valid, bias, target + first_row * columns * size, plane);
    return;
  }
  p->kernels->unpack(sums, count, valid, bias, spread, count);
  for (int64_t lane = 0; lane < valid; lane++) {
    for (int64_t i = 0; i < rows; i++) {
      int64_t row_of_target = (first_row + i) * c->row_stride + c->first_row;
      int64_t start = lane * plane + row_of_target * c->target_width + c->first_column;
      const char *row = spread + (lane * count + i * columns) * size;
      if (c->type == vitro_float64) {
        double *to = (double *)target + start;
        for (int64_t j = 0; j < columns; j++) to[j * c->column_stride] = ((const double *)row)[j];
      } else {
        float *to = (float *)target + start;
        for (int64_t j = 0; j < columns; j++) to[j * c->column_stride] = ((const float *)row)[j];
      }
    }
  }
}

static void correlate_image(const plan *p, int64_t group_index, int64_t band, int64_t piece, char *slot) {
  const correlation *c = p->c;
  const convolution_source *s = &c->source;
  int64_t size = element_size(c->type), lanes = p->kernels->lanes;
  int64_t first_row = band * s->band_rows, rows = smaller(s->band_rows, s->rows - first_row);
  const char *planes = (const char *)c->images + group_index * s->channels * s->height * s->width * size;
  char *sums = slot + p->sums_offset;
  tap_places places = vitro_source_places(s, first_row);
  correlation_block block = {
      .source = vitro_source_read(s, p->kernels, c->type, planes, first_row, rows, slot),
      .channels = s->channels, .channel_step = s->channel_step, .offsets = p->offsets, .taps = s->taps,
      .places = s->in_place ? NULL : &places,
      .filters_step = p->panel_elements, .rows = rows, .row_step = s->row_step, .width = s->columns, .sums = sums,
      .sums_step = s->band_rows * s->columns * lanes};
  if (block.row_step == block.width) {
    block.width *= rows;
    block.rows = 1;
    block.places = NULL;
  }
  int64_t pairs = ceiling(p->vectors, most_vectors);
  int64_t end = smaller((piece + 1) * pairs / p->pieces * most_vectors, p->vectors);
  for (int64_t vector = piece * pairs / p->pieces * most_vectors; vector < end; vector += most_vectors) {
    block.vectors = smaller(most_vectors, end - vector);
    block.filters = p->panels + (group_index % c->groups * p->vectors + vector) * p->panel_elements * size;
    p->kernels->correlate(&block);
    for (int64_t v = 0; v < block.vectors; v++) {
      write_channels(p, sums + v * block.sums_step * size, slot + p->spread_offset, group_index, (vector + v) * lanes,
                     first_row, rows);
    }
  }
}

static void correlate_task(void *context, int64_t task) {
  const plan *p = context;
  int64_t piece = task % p->pieces;
  task /= p->pieces;
  int64_t band = task % p->bands;
  task /= p->bands;
  char *slot = vitro_workspace_borrow(&p->space);
  int64_t end = smaller((task + 1) * p->images, p->c->batch * p->c->groups);
  for (int64_t index = task * p->images; index < end; index++) correlate_image(p, index, band, piece, slot);
  vitro_workspace_return(&p->space, slot);
}

static void cut_into_tasks(plan *p, correlation *c) {
  int64_t items = c->batch * c->groups, pixels = c->source.rows * c->source.columns;
  double work = (double)c->target_channels * (double)(c->source.channels * c->source.taps) * (double)pixels + 1;
  int64_t wanted = smaller(ceiling(wanted_tasks, items), (int64_t)(work / task_work) + 1);
  p->pieces = smaller(ceiling(p->vectors, most_vectors), wanted);
  p->bands = smaller(larger(ceiling(pixels, band_pixels), wanted / p->pieces), c->source.rows);
  c->source.band_rows = ceiling(c->source.rows, p->bands);
  p->bands = ceiling(c->source.rows, c->source.band_rows);
  p->images = p->pieces == 1 && p->bands == 1 ? larger(1, (int64_t)(task_work / work)) : 1;
}

bool vitro_correlate(correlation *c) {
  if (c->batch * c->groups * c->target_channels * c->source.rows * c->source.columns <= 0) return true;
  plan p = {.c = c, .kernels = vitro_convolution_kernels(c->type)};
  int64_t size = element_size(c->type), lanes = p.kernels->lanes;
  p.vectors = ceiling(c->target_channels, lanes);
  p.panel_elements = c->source.channels * c->source.taps * lanes;
  cut_into_tasks(&p, c);

  int64_t offset_bytes = ceiling(c->source.taps * 8, 64) * 64;
  int64_t bytes = offset_bytes + c->groups * p.vectors * p.panel_elements * size;
  char *memory = vitro_allocate(bytes);
  if (!memory) return false;
  p.offsets = (int64_t *)memory;
  p.panels = memory + offset_bytes;
  vitro_source_prepare(&c->source, (int64_t *)memory);

  int64_t sums = c->source.band_rows * c->source.columns * lanes;
  p.sums_offset = ceiling(c->source.region_elements * size, 64) * 64;
  p.spread_offset = p.sums_offset + most_vectors * sums * size;
  int64_t tasks = ceiling(c->batch * c->groups, p.images) * p.bands * p.pieces;
  int64_t slot = p.spread_offset + sums * size;
  if (slot <= largest_slot) p.space = vitro_workspace_open(tasks, slot);
  if (p.space.memory) {
    vitro_parallel(c->groups * p.vectors, pack_filters, &p);
    vitro_parallel(tasks, correlate_task, &p);
    vitro_workspace_close(&p.space);
  }
  vitro_release(memory, bytes);
  return p.space.memory != NULL;
}
