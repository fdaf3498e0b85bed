// The matrix product behind every convolution:
//   out[output block][pixel][16] = sum over row blocks b, rows r of columns[b][pixel][r] * weights[b][r][16]
// The sum of a pixel always runs over the rows in order, one fused multiply-add each, so that its bits do not depend on
// how many pixels are worked on beside it.

// One register tile: `pixels` pixels times `width` blocks of 16 outputs; both are constants where this is called.
INLINE void tile(const int pixels, const int width, const float *columns, long column_stride, long row_blocks,
                 const float *weights, const char *ahead, long pace, const float *bias, const float *residual,
                 float *out, long out_stride) {
  vec sum[TILE_PIXELS][PANEL_BLOCKS];
  UNROLLED_FOR (int p = 0; p < pixels; p++) {
    UNROLLED_FOR (int w = 0; w < width; w++)
      sum[p][w] = bias ? load(bias + w * DL_LANES) : (vec)0.0f;
  }
  for (long b = 0; b < row_blocks; b++, columns += column_stride) {
    const float *column = columns;
    for (int r = 0; r < DL_LANES; r++, column++, weights += width * DL_LANES, ahead += pace) {
      __builtin_prefetch(ahead, 0, 2);
      vec weight[PANEL_BLOCKS];
      UNROLLED_FOR (int w = 0; w < width; w++)
        weight[w] = load(weights + w * DL_LANES);
      UNROLLED_FOR (int p = 0; p < pixels; p++) {
        const vec value = (vec)column[p * DL_LANES];
        UNROLLED_FOR (int w = 0; w < width; w++)
          sum[p][w] = multiply_add(value, weight[w], sum[p][w]);
      }
    }
  }
  UNROLLED_FOR (int p = 0; p < pixels; p++) {
    UNROLLED_FOR (int w = 0; w < width; w++) {
      const long place = w * out_stride + p * DL_LANES;
      store(out + place, residual ? sum[p][w] + load(residual + place) : sum[p][w]);
    }
  }
}

#define TILE_CASE(n, w)                                                                       \
  case n:                                                                                     \
    tile(n, w, columns, stride, rows, weights, ahead, pace, bias, residual, out, out_stride); \
    break;

NOINLINE void tile_1(int pixels, const float *columns, long stride, long rows, const float *weights, const char *ahead,
                     long pace, const float *bias, const float *residual, float *out, long out_stride) {
  switch (pixels) { CASES(TILE_PIXELS, TILE_CASE, 1) }
}
#if PANEL_BLOCKS == 2
NOINLINE void tile_2(int pixels, const float *columns, long stride, long rows, const float *weights, const char *ahead,
                     long pace, const float *bias, const float *residual, float *out, long out_stride) {
  switch (pixels) { CASES(TILE_PIXELS, TILE_CASE, 2) }
}
#endif

// All pixels and output blocks. columns [row_blocks][pixels][16]; weights packed in panels (pack_panel below);
// out [out_blocks] at distance out_stride, each [pixels][16].
static void gemm(const float *columns, long column_stride, long row_blocks, long pixels, const float *weights,
                 long out_blocks, const float *bias, const float *residual, float *out, long out_stride) {
  const cut tiles = cut_of(pixels, TILE_PIXELS);
  for (long block = 0; block < out_blocks; block += PANEL_BLOCKS) {
    const long width = out_blocks - block < PANEL_BLOCKS ? out_blocks - block : PANEL_BLOCKS;
    const float *panel = weights + block * row_blocks * DL_LANES * DL_LANES;
    // While the tiles go over this panel, they fetch the next one, each its share: wide layers' weights come from far
    // away.
    const long pace = width * DL_LANES * (long)sizeof(float) / tiles.tiles;
    const char *next = (const char *)(panel + width * row_blocks * DL_LANES * DL_LANES);
    for (long t = 0, start = 0, end; t < tiles.tiles; t++, start = end, next += pace * row_blocks * DL_LANES) {
      end = start + tiles.size + (t < tiles.longer);
      const float *in = columns + start * DL_LANES;
      const float *b = bias ? bias + block * DL_LANES : NULL;
      const long place = block * out_stride + start * DL_LANES;
      const float *res = residual ? residual + place : NULL;
#if PANEL_BLOCKS == 2
      if (width == 2) {
        tile_2((int)(end - start), in, column_stride, row_blocks, panel, next, pace, b, res, out + place, out_stride);
        continue;
      }
#endif
      tile_1((int)(end - start), in, column_stride, row_blocks, panel, next, pace, b, res, out + place, out_stride);
    }
  }
}

// Where row r (0 ..< row_blocks*16), output o of a matrix with out_blocks blocks stands in packed panels.
INLINE long panel_index(long row_blocks, long out_blocks, long row, long output) {
  const long block = output / DL_LANES / PANEL_BLOCKS * PANEL_BLOCKS;
  const long width = out_blocks - block < PANEL_BLOCKS ? out_blocks - block : PANEL_BLOCKS;
  return block * row_blocks * DL_LANES * DL_LANES + row * width * DL_LANES + output - block * DL_LANES;
}

// gradient[16 rows][16 outputs] += columns^T dy over the pixels; GRADIENT_ROWS rows at a time in registers.
static void outer(const float *columns, const float *dy, long pixels, float *gradient) {
  for (int first = 0; first < DL_LANES; first += GRADIENT_ROWS) {
    vec sum[GRADIENT_ROWS];
    UNROLLED_FOR (int r = 0; r < GRADIENT_ROWS; r++)
      sum[r] = load(gradient + (first + r) * DL_LANES);
    for (long p = 0; p < pixels; p++) {
      const vec g = load(dy + p * DL_LANES);
      const float *column = columns + p * DL_LANES + first;
      UNROLLED_FOR (int r = 0; r < GRADIENT_ROWS; r++)
        sum[r] = multiply_add((vec)column[r], g, sum[r]);
    }
    UNROLLED_FOR (int r = 0; r < GRADIENT_ROWS; r++)
      store(gradient + (first + r) * DL_LANES, sum[r]);
  }
}
