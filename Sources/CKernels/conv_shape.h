// What follows from the shape of a convolution; shared by all variants.
#ifndef DUALAB_CONV_SHAPE_H
#define DUALAB_CONV_SHAPE_H

#include "include/CKernels.h"

// Pixels gathered at a time: the columns of a 64-channel 3x3 layer then stay in the L2 cache.
#define DL_PIXEL_BLOCK 56

static inline long blocks_of(long channels) { return (channels + DL_LANES - 1) / DL_LANES; }
static inline long taps_of(const dl_conv_shape *s) { return (long)s->kernel * s->kernel; }
static inline long out_pixels(const dl_conv_shape *s) { return (long)s->out_height * s->out_width; }
static inline long in_pixels(const dl_conv_shape *s) { return (long)s->in_height * s->in_width; }
// Blocked inputs of which half a block would be zeros: worked on without them.
static inline bool narrow(const dl_conv_shape *s) { return !s->planar && !s->winograd && s->in_channels <= 8; }
// Without columns, body_direct.h.
static inline bool direct(const dl_conv_shape *s) { return s->planar || narrow(s); }
static inline long row_blocks_of(const dl_conv_shape *s) {
  if (direct(s))
    return blocks_of((s->planar ? s->in_channels : 8) * taps_of(s));
  return taps_of(s) * blocks_of(s->in_channels);
}
// Places beyond the output gradient's edges that taps of input pixels can reach.
static inline long gradient_border(const dl_conv_shape *s) { return (s->kernel - 1) / s->stride + 1; }
// Floats of one input image.
static inline long in_floats(const dl_conv_shape *s) {
  return in_pixels(s) * (s->planar ? s->in_channels : blocks_of(s->in_channels) * DL_LANES);
}
// Floats of one output image.
static inline long out_floats(const dl_conv_shape *s) { return out_pixels(s) * blocks_of(s->out_channels) * DL_LANES; }
// The input gradient of a blocked stride-1 convolution is itself a convolution, of dy with the weights turned round.
static inline bool turned(const dl_conv_shape *s) { return !direct(s) && s->stride == 1; }
// That convolution's shape; with whole blocks of channels, or it could be narrow and its rows others.
static inline dl_conv_shape turned_shape(const dl_conv_shape *s) {
  dl_conv_shape t = {(int32_t)(blocks_of(s->out_channels) * DL_LANES),
                     s->out_height,
                     s->out_width,
                     s->in_channels,
                     s->in_height,
                     s->in_width,
                     s->kernel,
                     1,
                     s->kernel - 1 - s->padding,
                     false,
                     s->winograd};
  return t;
}

// Tiles that a group of Winograd's products has at most: V and M of a group then stay in the L2 cache.
static inline long winograd_group(const dl_conv_shape *s) {
  const long wide = s->in_channels > s->out_channels ? s->in_channels : s->out_channels;
  return wide <= 64 ? 28 : wide <= 128 ? 56 : 112;
}
// The same for the weight gradient, whose sums are loaded and stored once a group: larger, but 512 channels take
// enough.
static inline long winograd_gradient_group(const dl_conv_shape *s) {
  const long group = winograd_group(s);
  return group < 56 ? 2 * group : 112;
}

#endif
