// Sizes and indices that follow from the shape of a convolution, as declared in CKernels.h.
#include "conv_shape.h"

long dl_conv_row_blocks(const dl_conv_shape *s) { return row_blocks_of(s); }

long dl_conv_weight_count(const dl_conv_shape *s) {
  return row_blocks_of(s) * blocks_of(s->out_channels) * DL_LANES * DL_LANES;
}

long dl_conv_weight_index(const dl_conv_shape *s, int out, int in, int ky, int kx) {
  const long tap = (long)ky * s->kernel + kx;
  const long channels = narrow(s) ? 8 : blocks_of(s->in_channels) * DL_LANES;
  const long row = s->planar ? in * taps_of(s) + tap : tap * channels + in;
  return ((out / DL_LANES) * row_blocks_of(s) * DL_LANES + row) * DL_LANES + out % DL_LANES;
}

bool dl_conv_suits_winograd(const dl_conv_shape *s) {
  if (s->planar || s->in_channels <= 8 || s->kernel != 3 || s->stride != 1 || s->padding != 1)
    return false;
  const long tiles = (long)((s->out_height + 3) / 4) * ((s->out_width + 3) / 4);
  return tiles * 36 * 3 <= out_pixels(s) * 9 * 2;
}

long dl_conv_packed_count(const dl_conv_shape *s) {
  const long blocks = blocks_of(s->out_channels) * DL_LANES * DL_LANES;
  if (s->winograd)
    return 36 * blocks_of(s->in_channels) * blocks;
  return narrow(s) ? taps_of(s) * blocks : dl_conv_weight_count(s);
}

long dl_conv_gradient_parts(const dl_conv_shape *s) {
  return s->winograd ? blocks_of(s->in_channels) : row_blocks_of(s);
}

bool dl_conv_gradient_by_images(const dl_conv_shape *s) { return dl_conv_gradient_parts(s) < (s->winograd ? 5 : 4); }

long dl_conv_sums_count(const dl_conv_shape *s, long parts, long leaves) {
  const long part = (s->winograd ? taps_of(s) : 1) * blocks_of(s->out_channels) * DL_LANES * DL_LANES;
  long levels = 1;
  while (leaves > 1) {
    leaves /= 2;
    levels++;
  }
  return levels * parts * part;
}

// The most blocks of input channels that one call of the Winograd weight gradient works on.
static long gradient_blocks(const dl_conv_shape *s) {
  const long ins = blocks_of(s->in_channels);
  return dl_conv_gradient_by_images(s) ? ins : (ins + 3) / 4 + 1;
}

long dl_conv_scratch_count(const dl_conv_shape *s) {
  const long ins = blocks_of(s->in_channels), outs = blocks_of(s->out_channels);
  if (s->winograd) {
    const long group = winograd_group(s) * DL_LANES, gradient_group = winograd_gradient_group(s) * DL_LANES;
    const long parts = gradient_blocks(s), square = DL_LANES * DL_LANES;
    const long forward = 36 * (group * (ins + outs) + 2 * DL_LANES);
    const long gradient = 36 * (gradient_group * (parts + outs) + 3 * DL_LANES + parts * outs * square);
    return forward > gradient ? forward : gradient;
  }
  if (direct(s)) {
    const long border = 2 * gradient_border(s), zeros = 2 * input_border(s);
    const long planes = s->planar ? s->in_channels : 8;
    const long input = planes * (s->in_height + zeros) * (s->in_width + zeros);
    const long gradient = outs * DL_LANES * (s->out_height + border) * (s->out_width + border);
    return input > gradient ? input : gradient;
  }
  const long forward = row_blocks_of(s), backward = taps_of(s) * outs;
  return (forward > backward ? forward : backward) * DL_PIXEL_BLOCK * DL_LANES;
}
