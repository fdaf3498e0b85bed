// JPEG through libjpeg-turbo, whose errors come back as values.
#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// Real files have about ten scans; thousands over a large image only cost time.
enum { SCANS = 200 };

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;  // of the caller
  int damaged;    // data were lost; the first loss is in `message`
} errors;

static void fail(j_common_ptr common) {
  errors *own = (errors *)common->err;
  char text[JMSG_LENGTH_MAX];
  own->base.format_message(common, text);
  // After a loss of data the loss is what is wrong.
  if (!own->damaged)
    snprintf(own->message, CJPEG_MESSAGE, "%s", text);
  longjmp(own->escape, 1);
}

// A warning that pixels were made up counts as damage; superfluous bytes and odd markers do not.
static void note(j_common_ptr common, int level) {
  errors *own = (errors *)common->err;
  if (level >= 0)
    return;
  switch (own->base.msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
      break;
    default:
      return;
  }
  if (own->damaged)
    return;
  own->damaged = 1;
  char text[JMSG_LENGTH_MAX];
  own->base.format_message(common, text);
  snprintf(own->message, CJPEG_MESSAGE, "%s",
           own->base.msg_code == JWRN_JPEG_EOF ? "its data end early (truncated)" : text);
}

static void silent(j_common_ptr common) { (void)common; }

static void watch(j_common_ptr common) {
  errors *own = (errors *)common->err;
  if (common->is_decompressor && ((j_decompress_ptr)common)->input_scan_number > SCANS) {
    snprintf(own->message, CJPEG_MESSAGE, "has more than %d scans", SCANS);
    longjmp(own->escape, 1);
  }
}

static unsigned number(const JOCTET *bytes, int count, int is_little) {
  unsigned value = 0;
  for (int place = 0; place < count; place++)
    value = value << 8 | bytes[is_little ? count - 1 - place : place];
  return value;
}

// The orientation of a TIFF directory in an APP1 marker; 0 where it has none.
static int orientation(const struct jpeg_marker_struct *marker) {
  for (; marker != NULL; marker = marker->next) {
    unsigned length = marker->data_length;
    if (length < 14 || memcmp(marker->data, "Exif\0\0", 6) != 0)
      continue;
    const JOCTET *tiff = marker->data + 6;
    length -= 6;
    int is_little = tiff[0] == 'I';
    unsigned place = number(tiff + 4, 4, is_little);
    if (place > length || length - place < 2)
      return 0;
    unsigned entries = number(tiff + place, 2, is_little);
    place += 2;
    for (; entries > 0 && length - place >= 12; entries--, place += 12) {
      if (number(tiff + place, 2, is_little) != 0x0112)
        continue;
      unsigned value = number(tiff + place + 8, 2, is_little);
      return value >= 1 && value <= 8 ? (int)value : 0;
    }
    return 0;
  }
  return 0;
}

static void start(struct jpeg_decompress_struct *reader, errors *own, char *message) {
  memset(reader, 0, sizeof *reader);
  memset(own, 0, sizeof *own);
  reader->err = jpeg_std_error(&own->base);
  own->base.error_exit = fail;
  own->base.emit_message = note;
  own->base.output_message = silent;
  own->message = message;
  message[0] = 0;
}

int cjpeg_header(const uint8_t *bytes, size_t size, cjpeg_info *info, char message[CJPEG_MESSAGE]) {
  struct jpeg_decompress_struct reader;
  errors own;
  start(&reader, &own, message);
  if (setjmp(own.escape)) {
    jpeg_destroy_decompress(&reader);
    return 1;
  }
  jpeg_create_decompress(&reader);
  jpeg_mem_src(&reader, bytes, size);
  jpeg_save_markers(&reader, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&reader, TRUE);
  info->width = (int32_t)reader.image_width;
  info->height = (int32_t)reader.image_height;
  info->channels = reader.num_components;
  info->orientation = orientation(reader.marker_list);
  jpeg_destroy_decompress(&reader);
  return own.damaged;
}

// Pillow's ImagingConvert of "CMYK;I", which all its files of four channels are: as Adobe writes them, inverted.
static void cmyk_to_rgb(const JSAMPLE *inks, uint8_t *rgb, unsigned width) {
  for (unsigned x = 0; x < width; x++, inks += 4, rgb += 3) {
    int light = inks[3];
    for (int channel = 0; channel < 3; channel++) {
      int product = (255 - inks[channel]) * light + 128;
      int level = light - (((product >> 8) + product) >> 8);
      rgb[channel] = (uint8_t)(level < 0 ? 0 : level);
    }
  }
}

int cjpeg_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, size_t capacity, size_t memory,
                 char message[CJPEG_MESSAGE]) {
  struct jpeg_decompress_struct reader;
  struct jpeg_progress_mgr progress = {.progress_monitor = watch};
  errors own;
  start(&reader, &own, message);
  if (setjmp(own.escape)) {
    jpeg_destroy_decompress(&reader);
    return 1;
  }
  jpeg_create_decompress(&reader);
  reader.progress = &progress;
  reader.mem->max_memory_to_use = (long)memory;
  jpeg_mem_src(&reader, bytes, size);
  jpeg_read_header(&reader, TRUE);
  int is_cmyk = reader.num_components == 4;
  reader.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  reader.dct_method = JDCT_ISLOW;
  reader.do_fancy_upsampling = TRUE;
  if (rgb == NULL) {
    reader.scale_num = 1;
    reader.scale_denom = 8;
  }
  // Progressive files are kept whole, two bytes for each coefficient; the library would write what is over the limit
  // to a file.
  if (jpeg_has_multiple_scans(&reader) &&
      (size_t)reader.image_width * reader.image_height * (size_t)reader.num_components * 2 > memory) {
    snprintf(message, CJPEG_MESSAGE, "is progressive and takes more memory than an image may");
    longjmp(own.escape, 1);
  }
  jpeg_start_decompress(&reader);
  size_t row = (size_t)reader.output_width * 3;
  if (rgb != NULL && capacity / row < reader.output_height) {
    snprintf(message, CJPEG_MESSAGE, "is larger than its header said");
    longjmp(own.escape, 1);
  }
  JSAMPARRAY line = reader.mem->alloc_sarray((j_common_ptr)&reader, JPOOL_IMAGE,
                                             reader.output_width * (JDIMENSION)(is_cmyk ? 4 : 3), 1);
  while (reader.output_scanline < reader.output_height) {
    uint8_t *target = rgb == NULL ? NULL : rgb + reader.output_scanline * row;
    JSAMPROW direct = target;
    JSAMPARRAY rows = target == NULL || is_cmyk ? line : &direct;
    jpeg_read_scanlines(&reader, rows, 1);
    if (target != NULL && is_cmyk)
      cmyk_to_rgb(line[0], target, reader.output_width);
  }
  jpeg_destroy_decompress(&reader);
  return own.damaged;
}
