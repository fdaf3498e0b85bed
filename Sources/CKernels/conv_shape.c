/* Sizes and places that follow from a convolution's shape. */
#include "conv_shape.h"

long dl_conv_row_blocks(const dl_conv_shape *s) { return row_blocks_of(s); }

long dl_conv_weight_count(const dl_conv_shape *s) { return row_blocks_of(s) * blocks_of(s->out_channels) * DL_LANES * DL_LANES; }

long dl_conv_weight_index(const dl_conv_shape *s, int out, int in, int ky, int kx) {
  const long tap = (long)ky * s->kernel + kx;
  const long row = s->planar ? in * taps_of(s) + tap : tap * blocks_of(s->in_channels) * DL_LANES + in;
  return ((out / DL_LANES) * row_blocks_of(s) * DL_LANES + row) * DL_LANES + out % DL_LANES;
}

long dl_conv_backward_count(const dl_conv_shape *s) { return dl_conv_weight_count(s); }

long dl_conv_scratch_count(const dl_conv_shape *s) {
  const long forward = row_blocks_of(s), backward = taps_of(s) * blocks_of(s->out_channels);
  return (forward > backward ? forward : backward) * DL_PIXEL_BLOCK * DL_LANES;
}
