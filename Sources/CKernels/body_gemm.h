// The matrix product behind every convolution:
//   out[output block][pixel][16] = sum over row blocks b, rows r of columns[b][pixel][r] * weights[b][r][16]
// The sum of a pixel always runs over the rows in order, with one multiply_add per row. So its bits do not depend on
// how many pixels are computed together.

// One register tile: `pixels` pixels times `width` blocks of 16 outputs. Both are constant in every call. `ahead` is
// prefetched, `pace` bytes further per row.
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

// The product for all pixels and output blocks. columns is [row_blocks][pixels][16], with column_stride floats from one
// row block to the next. The weights are packed in panels (panel_index). out has out_blocks blocks [pixels][16], with
// out_stride floats from one to the next.
static void gemm(const float *columns, long column_stride, long row_blocks, long pixels, const float *weights,
                 long out_blocks, const float *bias, const float *residual, float *out, long out_stride) {
  const cut tiles = cut_of(pixels, TILE_PIXELS);
  for (long block = 0; block < out_blocks; block += PANEL_BLOCKS) {
    const long width = out_blocks - block < PANEL_BLOCKS ? out_blocks - block : PANEL_BLOCKS;
    const float *panel = weights + block * row_blocks * DL_LANES * DL_LANES;
    // The weights of wide layers are not in the cache, so the tiles of this panel prefetch the next one, each its
    // share.
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

// Index in the packed panels of a row (0 ..< row_blocks*16) and an output (0 ..< out_blocks*16) of a matrix.
INLINE long panel_index(long row_blocks, long out_blocks, long row, long output) {
  const long block = output / DL_LANES / PANEL_BLOCKS * PANEL_BLOCKS;
  const long width = out_blocks - block < PANEL_BLOCKS ? out_blocks - block : PANEL_BLOCKS;
  return block * row_blocks * DL_LANES * DL_LANES + row * width * DL_LANES + output - block * DL_LANES;
}

// gradient[16 rows][16 outputs] = columns^T dy, summed over the pixels, to which the former values are added if
// `adding`, constant in every call. GRADIENT_ROWS rows at a time are kept in registers.
INLINE void outer(const bool adding, const float *columns, const float *dy, long pixels, float *gradient) {
  for (int first = 0; first < DL_LANES; first += GRADIENT_ROWS) {
    vec sum[GRADIENT_ROWS];
    UNROLLED_FOR (int r = 0; r < GRADIENT_ROWS; r++)
      sum[r] = adding ? load(gradient + (first + r) * DL_LANES) : (vec)0.0f;
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
