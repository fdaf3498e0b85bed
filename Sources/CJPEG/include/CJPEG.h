// JPEG through libjpeg-turbo: pixels as Pillow gives them after convert("RGB"). No call ends the process or prints.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

enum { CJPEG_MESSAGE = 256 };  // bytes of a message, with its end

typedef struct {
  int32_t width, height;  // before any rotation
  int32_t channels;       // of the file: 1 gray, 3 color, 4 CMYK or YCCK
  int32_t orientation;    // of EXIF: 1 ... 8, or 0 where the file says nothing
} cjpeg_info;

// Reads the header of a file of `size` bytes. Returns 0, or 1 with what is wrong in `message`.
int cjpeg_header(const uint8_t *bytes, size_t size, cjpeg_info *info, char message[CJPEG_MESSAGE]);

// Writes height * width * 3 levels, row by row, red first, to `rgb`, which holds `capacity` bytes. Without `rgb` the
// file is only checked: read to its end, at an eighth of the size. Returns 0, or 1 with what is wrong; images whose
// data end early or are damaged are wrong. At most `memory` bytes are taken by the library.
int cjpeg_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, size_t capacity, size_t memory,
                 char message[CJPEG_MESSAGE]);

#endif
