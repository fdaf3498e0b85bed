// PNG through libpng: pixels as Pillow gives them after convert("RGB"). No call ends the process or prints.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

enum { CPNG_MESSAGE = 256 };  // bytes of a message, with its end

typedef struct {
  int32_t width, height;
  int32_t channels;   // of the file: 1 gray or palette, 2 gray with alpha, 3 color, 4 color with alpha
  int32_t bits;       // of a channel: 1, 2, 4, 8, 16
  int32_t has_alpha;  // 1 where a pixel may be transparent: an alpha channel, or a tRNS chunk
} cpng_info;

// Reads the header of a file of `size` bytes. Returns 0, or 1 with what is wrong in `message`.
int cpng_header(const uint8_t *bytes, size_t size, cpng_info *info, char message[CPNG_MESSAGE]);

// Writes height * width * 3 levels, row by row, red first, to `rgb`, which holds `capacity` bytes: gray and palette
// become RGB, 16 bits the upper 8, alpha is dropped. Returns 0, or 1 with what is wrong.
int cpng_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, size_t capacity, char message[CPNG_MESSAGE]);

#endif
