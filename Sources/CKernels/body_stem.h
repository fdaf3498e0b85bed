/* The first convolution, on planar images: few input channels, so nothing is gathered. Outputs are read as vectors of 16,
 * inputs as single numbers from a copy of the image with its border of zeros.
 */

/* `pixels` outputs of one row: sum over c, ky, kx of padded[c][ky][x*stride + kx] * w[row][16]. */
INLINE void VARIANT(stem_tile)(const int pixels, const dl_conv_shape *s, const float *padded, long plane, long width,
                               const float *weights, const float *bias, const float *residual, float *out) {
  vec sum[TILE_PIXELS];
  UNROLL for (int p = 0; p < pixels; p++) sum[p] = bias ? load(bias) : (vec)0.0f;
  for (long c = 0; c < s->in_channels; c++)
    for (long ky = 0; ky < s->kernel; ky++) {
      const float *row = padded + c * plane + ky * width;
      for (long kx = 0; kx < s->kernel; kx++, row++, weights += DL_LANES) {
        const vec weight = load(weights);
        UNROLL for (int p = 0; p < pixels; p++) sum[p] = multiply_add((vec)row[p * s->stride], weight, sum[p]);
      }
    }
  UNROLL for (int p = 0; p < pixels; p++) store(out + p * DL_LANES, residual ? sum[p] + load(residual + p * DL_LANES) : sum[p]);
}

#define STEM_CASE(n, w) case n: VARIANT(stem_tile)(n, s, padded, plane, width, weights, bias, residual, out); break;
#undef TILE_CASE
#define TILE_CASE STEM_CASE
static __attribute__((noinline)) void VARIANT(stem_tiles)(int pixels, const dl_conv_shape *s, const float *padded, long plane, long width,
                                                          const float *weights, const float *bias, const float *residual, float *out) {
  switch (pixels) { TILE_CASES(TILE_PIXELS, 1) }
}

/* Copies an image [channels][height][width] into the middle of zeros. */
static void VARIANT(pad)(const float *x, long channels, long height, long width, long border, float *padded) {
  const long wide = width + 2 * border;
  memset(padded, 0, sizeof(float) * (size_t)(channels * (height + 2 * border) * wide));
  for (long c = 0; c < channels; c++)
    for (long y = 0; y < height; y++)
      memcpy(padded + (c * (height + 2 * border) + y + border) * wide + border, x + (c * height + y) * width, sizeof(float) * (size_t)width);
}

static void VARIANT(stem_forward)(const dl_conv_shape *s, const float *x, const float *weights, const float *bias, const float *residual,
                                  float *y, long images, float *scratch) {
  const long outs = blocks_of(s->out_channels), rows = row_blocks_of(s) * DL_LANES, pixels = out_pixels(s);
  const long width = s->in_width + 2 * s->padding, plane = width * (s->in_height + 2 * s->padding);
  const long tiles = (s->out_width + TILE_PIXELS - 1) / TILE_PIXELS;
  for (long n = 0; n < images; n++, x += in_floats(s)) {
    VARIANT(pad)(x, s->in_channels, s->in_height, s->in_width, s->padding, scratch);
    for (long out = 0; out < outs; out++)
      for (long oy = 0; oy < s->out_height; oy++)
        for (long t = 0; t < tiles; t++) {
          const long first = s->out_width * t / tiles, last = s->out_width * (t + 1) / tiles;
          const long place = ((n * outs + out) * pixels + oy * s->out_width + first) * DL_LANES;
          VARIANT(stem_tiles)((int)(last - first), s, scratch + oy * s->stride * width + first * s->stride, plane, width,
                              weights + out * rows * DL_LANES, bias ? bias + out * DL_LANES : NULL, residual ? residual + place : NULL, y + place);
        }
  }
}

/* dx[c][iy][ix] = sum over taps and outputs of dy[out][oy][ox] * w[out][c][tap]: for every input pixel the outputs that it
 * reached, products in the lanes of 16 outputs, lanes added at the end. weights as for the forward direction. */
static void VARIANT(stem_input_gradient)(const dl_conv_shape *s, const float *dy, const float *weights, const float *residual, float *dx,
                                         long images) {
  const long outs = blocks_of(s->out_channels), rows = row_blocks_of(s) * DL_LANES, pixels = out_pixels(s), taps = taps_of(s);
  for (long n = 0; n < images; n++)
    for (long iy = 0; iy < s->in_height; iy++)
      for (long ix = 0; ix < s->in_width; ix++)
        for (long c0 = 0; c0 < s->in_channels; c0 += 3) {
          const long count = s->in_channels - c0 < 3 ? s->in_channels - c0 : 3;
          vec sum[3] = {0.0f, 0.0f, 0.0f};
          /* Only every stride-th tap met an output here. */
          for (long ky = (iy + s->padding) % s->stride; ky < s->kernel; ky += s->stride) {
            const long oy = (iy + s->padding - ky) / s->stride;
            if (iy + s->padding < ky || oy >= s->out_height) continue;
            for (long kx = (ix + s->padding) % s->stride; kx < s->kernel; kx += s->stride) {
              const long ox = (ix + s->padding - kx) / s->stride;
              if (ix + s->padding < kx || ox >= s->out_width) continue;
              for (long out = 0; out < outs; out++) {
                const vec g = load(dy + ((n * outs + out) * pixels + oy * s->out_width + ox) * DL_LANES);
                const float *w = weights + (out * rows + c0 * taps + ky * s->kernel + kx) * DL_LANES;
                sum[0] = multiply_add(g, load(w), sum[0]);
                if (count > 1) sum[1] = multiply_add(g, load(w + taps * DL_LANES), sum[1]);
                if (count > 2) sum[2] = multiply_add(g, load(w + 2 * taps * DL_LANES), sum[2]);
              }
            }
          }
          for (long c = 0; c < count; c++) {
            const long place = n * in_floats(s) + (c0 + c) * in_pixels(s) + iy * s->in_width + ix;
            dx[place] = (residual ? residual[place] : 0) + lane_sum(sum[c]);
          }
        }
}
