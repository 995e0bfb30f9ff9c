#pragma once

#include <stddef.h>
#include <stdint.h>

// Reading and writing PNG images in memory. libpng reports errors by longjmp; here they end as return values.

#ifdef __cplusplus
extern "C" {
#endif

enum { vitro_png_message_capacity = 160 };

typedef struct vitro_png_header {
  uint32_t width;
  uint32_t height;
  int32_t bit_depth;       // in the file
  int32_t stored_channels; // in the file; 1 for a palette
  int32_t channels;        // after expanding palettes and transparency: 1 to 4
  int32_t is_interlaced;
} vitro_png_header;

typedef struct vitro_png_reader vitro_png_reader;

// Reads as far as the pixels. Returns NULL and a message when the bytes are no such image. The bytes must outlive the
// reader.
vitro_png_reader *vitro_png_open(const uint8_t *bytes, size_t count, vitro_png_header *header,
                                 char message[vitro_png_message_capacity]);

// Reads the next rows, 8 bits for each channel; an interlaced image must be read in one call. Returns 0, or -1 and a
// message.
int32_t vitro_png_read_rows(vitro_png_reader *reader, uint8_t *pixels, uint32_t rows,
                            char message[vitro_png_message_capacity]);

// Reads what follows the pixels and checks it. Returns 0, or -1 and a message.
int32_t vitro_png_finish(vitro_png_reader *reader, char message[vitro_png_message_capacity]);

void vitro_png_close(vitro_png_reader *reader);

// Takes bytes of a written image; returns 0, or anything else to stop.
typedef int32_t (*vitro_png_sink)(void *context, const uint8_t *bytes, size_t count);

// Writes an image of 8 bits for each of 1 to 4 channels. Returns 0, or -1 and a message.
int32_t vitro_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels, vitro_png_sink sink,
                        void *context, char message[vitro_png_message_capacity]);

// Writes an image whose bytes are numbers of colours, each below `colors`; the palette has 4 bytes for each of 1 to 256
// colours: red, green, blue, alpha. Up to 16 colours take half a byte for each pixel. Returns 0, or -1 and a message.
int32_t vitro_png_write_indexed(const uint8_t *indices, uint32_t width, uint32_t height, const uint8_t *palette,
                                int32_t colors, vitro_png_sink sink, void *context,
                                char message[vitro_png_message_capacity]);

#ifdef __cplusplus
}
#endif
