// What follows from the shape of a convolution. All variants share it.
#ifndef DUALAB_CONV_SHAPE_H
#define DUALAB_CONV_SHAPE_H

#include "include/CKernels.h"

// Number of pixels gathered at a time. With 56, the columns of a 64-channel 3x3 layer stay in the L2 cache.
#define DL_PIXEL_BLOCK 56

static inline long blocks_of(long channels) { return (channels + DL_LANES - 1) / DL_LANES; }
static inline long taps_of(const dl_conv_shape *s) { return (long)s->kernel * s->kernel; }
static inline long out_pixels(const dl_conv_shape *s) { return (long)s->out_height * s->out_width; }
static inline long in_pixels(const dl_conv_shape *s) { return (long)s->in_height * s->in_width; }
// Blocked inputs with up to 8 channels. At least half of their block is zeros, which are skipped.
static inline bool narrow(const dl_conv_shape *s) { return !s->planar && !s->winograd && s->in_channels <= 8; }
// Convolved without columns, see body_direct.h.
static inline bool direct(const dl_conv_shape *s) { return s->planar || narrow(s); }
static inline long row_blocks_of(const dl_conv_shape *s) {
  if (direct(s))
    return blocks_of((s->planar ? s->in_channels : 8) * taps_of(s));
  return taps_of(s) * blocks_of(s->in_channels);
}
// Number of zeros that surround an input image on every side: as far as the window of an output reaches. Behind the
// image that can be more than `padding`, which is in front of it.
static inline long input_border(const dl_conv_shape *s) {
  const long down = (s->out_height - 1l) * s->stride + s->kernel - s->padding - s->in_height;
  const long right = (s->out_width - 1l) * s->stride + s->kernel - s->padding - s->in_width;
  const long behind = down > right ? down : right;
  return behind > s->padding ? behind : s->padding;
}
// How far beyond the edges of the output gradient the taps of an input pixel can reach.
static inline long gradient_border(const dl_conv_shape *s) { return (s->kernel - 1) / s->stride + 1; }
// Number of floats in one input image.
static inline long in_floats(const dl_conv_shape *s) {
  return in_pixels(s) * (s->planar ? s->in_channels : blocks_of(s->in_channels) * DL_LANES);
}
// Number of floats in one output image.
static inline long out_floats(const dl_conv_shape *s) { return out_pixels(s) * blocks_of(s->out_channels) * DL_LANES; }
// True if the input gradient is itself a convolution, of dy with rotated weights: for blocked inputs and stride 1.
static inline bool rotated(const dl_conv_shape *s) { return !direct(s) && s->stride == 1; }
// The shape of that convolution. Its input channels are rounded up to whole blocks: otherwise it could be narrow, and
// its rows would be different ones.
static inline dl_conv_shape rotated_shape(const dl_conv_shape *s) {
  return (dl_conv_shape){
      .in_channels = (int32_t)(blocks_of(s->out_channels) * DL_LANES),
      .in_height = s->out_height,
      .in_width = s->out_width,
      .out_channels = s->in_channels,
      .out_height = s->in_height,
      .out_width = s->in_width,
      .kernel = s->kernel,
      .stride = 1,
      .padding = s->kernel - 1 - s->padding,
      .planar = false,
      .winograd = s->winograd,
  };
}

// The most Winograd tiles in a group. With these numbers, V and M of a group stay in the L2 cache.
static inline long winograd_group(const dl_conv_shape *s) {
  const long wide = s->in_channels > s->out_channels ? s->in_channels : s->out_channels;
  return wide <= 64 ? 28 : wide <= 128 ? 56 : 112;
}
// The same for the weight gradient. It loads and stores its sums once per group, so its groups are larger, except for
// wide layers, which fill the cache already.
static inline long winograd_gradient_group(const dl_conv_shape *s) {
  const long group = winograd_group(s);
  return group < 56 ? 2 * group : 112;
}

#endif
