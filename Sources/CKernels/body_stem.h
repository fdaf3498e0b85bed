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
  const long stride = s->stride, kernel = s->kernel, height = s->out_height, width = s->out_width;
  for (long n = 0; n < images; n++)
    for (long iy = 0; iy < s->in_height; iy++)
      for (long c0 = 0; c0 < s->in_channels; c0 += 3) {
        const long count = s->in_channels - c0 < 3 ? s->in_channels - c0 : 3;
        /* Only every stride-th tap met an output: of a row ky_0, ky_0 + stride, ..., which met the outputs oy_0, oy_0 - 1, ... */
        const long ky_0 = (iy + s->padding) % stride, oy_0 = (iy + s->padding) / stride;
        long kx_0 = s->padding % stride, ox_0 = s->padding / stride;
        for (long ix = 0; ix < s->in_width; ix++) {
          vec sum[3] = {0.0f, 0.0f, 0.0f};
          for (long ky = ky_0, oy = oy_0; ky < kernel; ky += stride, oy--) {
            if ((unsigned long)oy >= (unsigned long)height) continue;
            for (long kx = kx_0, ox = ox_0; kx < kernel; kx += stride, ox--) {
              if ((unsigned long)ox >= (unsigned long)width) continue;
              const float *g = dy + (n * outs * pixels + oy * width + ox) * DL_LANES;
              const float *w = weights + (c0 * taps + ky * kernel + kx) * DL_LANES;
              for (long out = 0; out < outs; out++, g += pixels * DL_LANES, w += rows * DL_LANES) {
                sum[0] = multiply_add(load(g), load(w), sum[0]);
                if (count > 1) sum[1] = multiply_add(load(g), load(w + taps * DL_LANES), sum[1]);
                if (count > 2) sum[2] = multiply_add(load(g), load(w + 2 * taps * DL_LANES), sum[2]);
              }
            }
          }
          for (long c = 0; c < count; c++) {
            const long place = n * in_floats(s) + (c0 + c) * in_pixels(s) + iy * s->in_width + ix;
            dx[place] = (residual ? residual[place] : 0) + lane_sum(sum[c]);
          }
          if (++kx_0 == stride) { kx_0 = 0; ox_0++; }
        }
      }
}

/* dw[row][16] = sum over images and outputs of the input under the row's tap times dy; GRADIENT_ROWS rows at a time in
 * registers. The rows beyond the last tap stay 0. */
static void VARIANT(stem_weight_gradient)(const dl_conv_shape *s, const float *x, const float *dy, long images, long first, long last,
                                          float *dw, float *scratch) {
  const long rows = row_blocks_of(s) * DL_LANES, outs = blocks_of(s->out_channels), pixels = out_pixels(s), taps = taps_of(s);
  const long width = s->in_width + 2 * s->padding, plane = width * (s->in_height + 2 * s->padding), real = s->in_channels * taps;
  for (long out = 0; out < outs; out++)
    memset(dw + (out * rows + first * DL_LANES) * DL_LANES, 0, sizeof(float) * (size_t)((last - first) * DL_LANES * DL_LANES));
  for (long n = 0; n < images; n++, x += in_floats(s), dy += out_floats(s)) {
    VARIANT(pad)(x, s->in_channels, s->in_height, s->in_width, s->padding, scratch);
    for (long out = 0; out < outs; out++)
      for (long row = first * DL_LANES; row < last * DL_LANES && row < real; row += GRADIENT_ROWS) {
        const float *under[GRADIENT_ROWS];
        vec sum[GRADIENT_ROWS];
        float *gradient = dw + (out * rows + row) * DL_LANES;
        UNROLL for (int r = 0; r < GRADIENT_ROWS; r++) {
          const long at = row + r < real ? row + r : row;
          under[r] = scratch + at / taps * plane + at % taps / s->kernel * width + at % s->kernel;
          sum[r] = load(gradient + r * DL_LANES);
        }
        const float *g = dy + out * pixels * DL_LANES;
        for (long oy = 0; oy < s->out_height; oy++) {
          const long line = oy * s->stride * width;
          for (long ox = 0; ox < s->out_width; ox++, g += DL_LANES) {
            const vec value = load(g);
            UNROLL for (int r = 0; r < GRADIENT_ROWS; r++) sum[r] = multiply_add((vec)under[r][line + ox * s->stride], value, sum[r]);
          }
        }
        UNROLL for (int r = 0; r < GRADIENT_ROWS; r++)
          if (row + r < real) store(gradient + r * DL_LANES, sum[r]);
      }
  }
}
