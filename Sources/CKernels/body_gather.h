// Gather collects the inputs of each output pixel in columns [row block][pixel][16]. Scatter is its transpose.

#include "conv_shape.h"

// The columns of row blocks first ..< last, for the output pixels p0 ..< p1 of one image.
NOINLINE void gather(const dl_conv_shape *s, const float *x, long p0, long p1, long first, long last, float *columns) {
  const long blocks = blocks_of(s->in_channels), pixels = p1 - p0;
  for (long row = first; row < last; row++) {
    const long tap = row / blocks, block = row % blocks;
    const long ky = tap / s->kernel - s->padding, kx = tap % s->kernel - s->padding;
    const float *image = x + block * in_pixels(s) * DL_LANES;
    float *out = columns + (row - first) * pixels * DL_LANES;
    long oy = p0 / s->out_width, ox = p0 % s->out_width;
    for (long p = p0; p < p1; p++, out += DL_LANES) {
      const long iy = oy * s->stride + ky, ix = ox * s->stride + kx;
      const bool inside =
          (unsigned long)iy < (unsigned long)s->in_height && (unsigned long)ix < (unsigned long)s->in_width;
      store(out, inside ? load(image + (iy * s->in_width + ix) * DL_LANES) : (vec)0.0f);
      if (++ox == s->out_width) {
        ox = 0;
        oy++;
      }
    }
  }
}

// Adds every number of the columns to dx, at the input that it was gathered from.
NOINLINE void scatter(const dl_conv_shape *s, const float *columns, long p0, long p1, float *dx) {
  const long pixels = p1 - p0, blocks = blocks_of(s->in_channels), count = row_blocks_of(s);
  for (long row = 0; row < count; row++) {
    const long ky = row / blocks / s->kernel - s->padding, kx = row / blocks % s->kernel - s->padding;
    const float *in = columns + row * pixels * DL_LANES;
    float *image = dx + row % blocks * in_pixels(s) * DL_LANES;
    long oy = p0 / s->out_width, ox = p0 % s->out_width;
    for (long p = p0; p < p1; p++, in += DL_LANES) {
      const long iy = oy * s->stride + ky, ix = ox * s->stride + kx;
      if ((unsigned long)iy < (unsigned long)s->in_height && (unsigned long)ix < (unsigned long)s->in_width) {
        float *at = image + (iy * s->in_width + ix) * DL_LANES;
        store(at, load(at) + load(in));
      }
      if (++ox == s->out_width) {
        ox = 0;
        oy++;
      }
    }
  }
}
