#include "include/CVitroPNG.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

struct vitro_png_reader {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  size_t row_bytes;
  uint32_t height;
  int32_t passes;
  char *message;
};

static void keep_message(char *message, const char *text) {
  if (!message) return;
  strncpy(message, text, vitro_png_message_capacity - 1);
  message[vitro_png_message_capacity - 1] = 0;
}

static void on_read_error(png_structp png, png_const_charp text) {
  vitro_png_reader *reader = png_get_error_ptr(png);
  keep_message(reader->message, text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep target, png_size_t length) {
  vitro_png_reader *reader = png_get_io_ptr(png);
  if (length > reader->count - reader->position) png_error(png, "the file ends early");
  memcpy(target, reader->bytes + reader->position, length);
  reader->position += length;
}

// Chunks that say nothing about the pixels' stored values; skipped so that none of them is decompressed.
static const png_byte skipped_chunks[] = "iCCP\0tEXt\0zTXt\0iTXt\0gAMA\0cHRM\0sRGB\0bKGD\0hIST\0pHYs\0"
                                         "sBIT\0sPLT\0tIME\0oFFs\0pCAL\0sCAL\0eXIf";
enum { skipped_chunk_count = 17 };

vitro_png_reader *vitro_png_open(const uint8_t *bytes, size_t count, vitro_png_header *header,
                                 char message[vitro_png_message_capacity]) {
  vitro_png_reader *reader = calloc(1, sizeof *reader);
  if (!reader) {
    keep_message(message, "no memory");
    return NULL;
  }
  reader->bytes = bytes;
  reader->count = count;
  reader->message = message;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_read_error, on_warning);
  if (reader->png) reader->info = png_create_info_struct(reader->png);
  if (!reader->info) {
    keep_message(message, "no memory");
    vitro_png_close(reader);
    return NULL;
  }
  if (setjmp(png_jmpbuf(reader->png))) {
    vitro_png_close(reader);
    return NULL;
  }
  png_structp png = reader->png;
  png_set_read_fn(png, reader, read_bytes);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_chunk_malloc_max(png, 8 << 20);
  png_set_chunk_cache_max(png, 64);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped_chunks, skipped_chunk_count);
  png_read_info(png, reader->info);
  header->width = png_get_image_width(png, reader->info);
  header->height = png_get_image_height(png, reader->info);
  header->bit_depth = png_get_bit_depth(png, reader->info);
  header->stored_channels = png_get_channels(png, reader->info);
  header->is_interlaced = png_get_interlace_type(png, reader->info) != PNG_INTERLACE_NONE;
  png_set_expand(png);
  png_set_scale_16(png);
  reader->passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);
  header->channels = png_get_channels(png, reader->info);
  reader->height = header->height;
  reader->row_bytes = png_get_rowbytes(png, reader->info);
  if (reader->row_bytes != (size_t)header->width * (size_t)header->channels) png_error(png, "unforeseen row size");
  reader->message = NULL;
  return reader;
}

int32_t vitro_png_read_rows(vitro_png_reader *reader, uint8_t *pixels, uint32_t rows,
                            char message[vitro_png_message_capacity]) {
  reader->message = message;
  if (setjmp(png_jmpbuf(reader->png))) {
    reader->message = NULL;
    return -1;
  }
  for (int32_t pass = 0; pass < reader->passes; pass += 1)
    for (uint32_t row = 0; row < rows; row += 1)
      png_read_row(reader->png, pixels + (size_t)row * reader->row_bytes, NULL);
  reader->message = NULL;
  return 0;
}

int32_t vitro_png_finish(vitro_png_reader *reader, char message[vitro_png_message_capacity]) {
  reader->message = message;
  if (setjmp(png_jmpbuf(reader->png))) {
    reader->message = NULL;
    return -1;
  }
  png_read_end(reader->png, NULL);
  reader->message = NULL;
  return 0;
}

void vitro_png_close(vitro_png_reader *reader) {
  if (!reader) return;
  if (reader->png) png_destroy_read_struct(&reader->png, reader->info ? &reader->info : NULL, NULL);
  free(reader);
}

typedef struct writer {
  vitro_png_sink sink;
  void *context;
  char *message;
} writer;

static void on_write_error(png_structp png, png_const_charp text) {
  writer *state = png_get_error_ptr(png);
  keep_message(state->message, text);
  png_longjmp(png, 1);
}

static void write_bytes(png_structp png, png_bytep bytes, png_size_t length) {
  writer *state = png_get_io_ptr(png);
  if (state->sink(state->context, bytes, length) != 0) png_error(png, "the sink refused");
}

static void flush_bytes(png_structp png) { (void)png; }

// Writes rows of 8 bits for each channel; with a palette each byte is the number of a colour.
static int32_t write_image(const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels,
                           const uint8_t *palette, int32_t colors, vitro_png_sink sink, void *context,
                           char message[vitro_png_message_capacity]) {
  static const int color_types[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                    PNG_COLOR_TYPE_RGB_ALPHA};
  writer state = {sink, context, message};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_write_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    if (png) png_destroy_write_struct(&png, NULL);
    keep_message(message, "no memory");
    return -1;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return -1;
  }
  png_set_write_fn(png, &state, write_bytes, flush_bytes);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  int depth = palette && colors <= 16 ? 4 : 8;
  png_set_IHDR(png, info, width, height, depth, palette ? PNG_COLOR_TYPE_PALETTE : color_types[channels],
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (palette) {
    png_color entries[256];
    png_byte alphas[256];
    for (int32_t i = 0; i < colors; i += 1) {
      entries[i] = (png_color){palette[4 * i], palette[4 * i + 1], palette[4 * i + 2]};
      alphas[i] = palette[4 * i + 3];
    }
    png_set_PLTE(png, info, entries, colors);
    png_set_tRNS(png, info, alphas, colors, NULL);
  }
  png_write_info(png, info);
  if (depth < 8) png_set_packing(png);
  for (uint32_t row = 0; row < height; row += 1)
    png_write_row(png, pixels + (size_t)row * width * (size_t)channels);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  return 0;
}

int32_t vitro_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels, vitro_png_sink sink,
                        void *context, char message[vitro_png_message_capacity]) {
  if (channels < 1 || channels > 4) {
    keep_message(message, "1 to 4 channels are needed");
    return -1;
  }
  return write_image(pixels, width, height, channels, NULL, 0, sink, context, message);
}

int32_t vitro_png_write_indexed(const uint8_t *indices, uint32_t width, uint32_t height, const uint8_t *palette,
                                int32_t colors, vitro_png_sink sink, void *context,
                                char message[vitro_png_message_capacity]) {
  if (colors < 1 || colors > 256) {
    keep_message(message, "1 to 256 colours are needed");
    return -1;
  }
  return write_image(indices, width, height, 1, palette, colors, sink, context, message);
}
