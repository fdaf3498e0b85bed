// PNG through libpng, whose errors come back as values.
#include "CPNG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
  const uint8_t *bytes;
  size_t left;
  char *message;
} source;

static void fail(png_structp png, png_const_charp text) {
  source *own = png_get_error_ptr(png);
  if (own->message[0] == 0)
    snprintf(own->message, CPNG_MESSAGE, "%s", text);
  png_longjmp(png, 1);
}

static void silent(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void take(png_structp png, png_bytep target, size_t count) {
  source *own = png_get_io_ptr(png);
  if (count > own->left)
    png_error(png, "its data end early (truncated)");
  memcpy(target, own->bytes, count);
  own->bytes += count;
  own->left -= count;
}

// A reader of the bytes with its header read; on failure `*png` is destroyed.
static png_structp start(source *own, png_infop *info) {
  own->message[0] = 0;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, own, fail, silent);
  *info = png == NULL ? NULL : png_create_info_struct(png);
  if (*info == NULL) {
    snprintf(own->message, CPNG_MESSAGE, "libpng does not start");
    png_destroy_read_struct(&png, NULL, NULL);
    return NULL;
  }
  png_set_read_fn(png, own, take);
  png_set_user_limits(png, 65535, 65535);
  png_set_chunk_malloc_max(png, 4 << 20);
  // Text and color profiles may be damaged or large, and are not wanted: with -1, all chunks are ignored that the
  // pixels do not need.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  return png;
}

int cpng_header(const uint8_t *bytes, size_t size, cpng_info *result, char message[CPNG_MESSAGE]) {
  source own = {bytes, size, message};
  png_infop info;
  png_structp png = start(&own, &info);
  if (png == NULL)
    return 1;
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 1;
  }
  png_read_info(png, info);
  result->width = (int32_t)png_get_image_width(png, info);
  result->height = (int32_t)png_get_image_height(png, info);
  // A palette is of colors.
  result->channels = png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE ? 3 : png_get_channels(png, info);
  result->bits = png_get_bit_depth(png, info);
  result->has_alpha = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

// Everything becomes eight bits of red, green and blue.
static void convert(png_structp png, png_infop info) {
  int type = png_get_color_type(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) < 8)
    png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_bit_depth(png, info) == 16)
    png_set_strip_16(png);
  if (type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_GRAY_ALPHA)
    png_set_gray_to_rgb(png);
  // The transparency of a palette comes with its colors.
  png_set_strip_alpha(png);
}

int cpng_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, size_t capacity, char message[CPNG_MESSAGE]) {
  source own = {bytes, size, message};
  png_infop info;
  png_bytep *volatile rows = NULL;
  png_structp png = start(&own, &info);
  if (png == NULL)
    return 1;
  if (setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return 1;
  }
  png_read_info(png, info);
  convert(png, info);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t height = png_get_image_height(png, info), row = (size_t)png_get_image_width(png, info) * 3;
  if (png_get_rowbytes(png, info) != row || capacity / row < height)
    png_error(png, "is larger than its header said");
  rows = malloc(height * sizeof *rows);
  if (rows == NULL)
    png_error(png, "no memory");
  for (size_t y = 0; y < height; y++)
    rows[y] = rgb + y * row;
  png_read_image(png, rows);
  png_read_end(png, NULL);
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}
