// 3x3 convolution with stride 1 and padding 1 by Winograd's F(4x4,3x3), see body_winograd_transforms.h. The input
// gradient is the same convolution of dy, with weights packed backward.

// ---- tiles ----

// B^T d B for one block of the tile whose first input is (y0, x0). `inner`, constant in every call, says that all
// inputs are inside the image.
INLINE void input_tile(const bool inner, const dl_conv_shape *s, const float *plane, long y0, long x0, float *out,
                       long stride) {
  static const float zero[DL_LANES];
  const long line = s->in_width * (long)DL_LANES, height = s->in_height, width = s->in_width;
  for (int lane = 0; lane < DL_LANES; lane += PART_LANES) {
    part half[36];
    const float *from = plane + y0 * line + x0 * DL_LANES + lane;
    UNROLLED_FOR (int i = 0; i < 6; i++, from += line) {
      part row[6];
      const bool in_y = (unsigned long)(y0 + i) < (unsigned long)height;
      UNROLLED_FOR (int j = 0; j < 6; j++) {
        const bool inside = inner || (in_y && (unsigned long)(x0 + j) < (unsigned long)width);
        row[j] = load_part(inside ? from + j * DL_LANES : zero);
      }
      input_6(row, 1, half + i * 6, 1);
    }
    float *to = out + lane;
    UNROLLED_FOR (int j = 0; j < 6; j++, to += stride) {
      part column[6];
      input_6(half + j, 6, column, 1);
      UNROLLED_FOR (int i = 0; i < 6; i++)
        store_part(to + i * 6 * stride, column[i]);
    }
  }
}

// V of the tiles first ..< last, which are some of the `count` tiles of v: v points to the first one's.
NOINLINE void winograd_input(const dl_conv_shape *s, const float *x, long first, long last, long count, long from_block,
                             long blocks, float *v) {
  const tiling t = tiles_of(s);
  const long stride = count * blocks * DL_LANES + GAP, all = blocks_of(s->in_channels);
  for (long tile = first; tile < last; tile++) {
    const long image = tile / t.image, y0 = tile % t.image / t.columns * 4 - 1, x0 = tile % t.columns * 4 - 1;
    const bool inner = y0 >= 0 && x0 >= 0 && y0 + 6 <= s->in_height && x0 + 6 <= s->in_width;
    for (long b = 0; b < blocks; b++) {
      const float *plane = x + (image * all + from_block + b) * in_pixels(s) * DL_LANES;
      float *out = v + (b * count + tile - first) * DL_LANES;
      if (inner)
        input_tile(true, s, plane, y0, x0, out, stride);
      else
        input_tile(false, s, plane, y0, x0, out, stride);
    }
  }
}

// A^T M A for one block of the tile whose first output is (y0, x0). `whole`, constant in every call, says that all 16
// outputs are inside the image.
INLINE void output_tile(const bool whole, const dl_conv_shape *s, const float *m, long stride, long y0, long x0,
                        const float *bias, const float *residual, float *plane) {
  for (int lane = 0; lane < DL_LANES; lane += PART_LANES) {
    part half[24];
    UNROLLED_FOR (int j = 0; j < 6; j++) {
      part column[6];
      UNROLLED_FOR (int i = 0; i < 6; i++)
        column[i] = load_part(m + (i * 6 + j) * stride + lane);
      output_6(column, 1, half + j, 6);
    }
    const part offset = bias ? load_part(bias + lane) : (part)0.0f;
    UNROLLED_FOR (int i = 0; i < 4; i++) {
      part row[4];
      output_6(half + i * 6, 1, row, 1);
      if (!whole && y0 + i >= s->out_height)
        continue;
      const long place = ((y0 + i) * s->out_width + x0) * DL_LANES + lane;
      UNROLLED_FOR (int j = 0; j < 4; j++) {
        if (!whole && x0 + j >= s->out_width)
          continue;
        const part value = row[j] + offset;
        store_part(plane + place + j * DL_LANES, residual ? value + load_part(residual + place + j * DL_LANES) : value);
      }
    }
  }
}

// y of the tiles first ..< last from M, with bias and residual.
NOINLINE void winograd_output(const dl_conv_shape *s, const float *m, long first, long last, const float *bias,
                              const float *residual, float *y) {
  const tiling t = tiles_of(s);
  const long blocks = blocks_of(s->out_channels), count = last - first, stride = count * blocks * DL_LANES + GAP;
  for (long tile = first; tile < last; tile++) {
    const long image = tile / t.image, y0 = tile % t.image / t.columns * 4, x0 = tile % t.columns * 4;
    const bool whole = y0 + 4 <= s->out_height && x0 + 4 <= s->out_width;
    for (long b = 0; b < blocks; b++) {
      const float *in = m + (b * count + tile - first) * DL_LANES;
      const float *offset = bias ? bias + b * DL_LANES : NULL;
      const long plane = (image * blocks + b) * out_pixels(s) * DL_LANES;
      const float *add = residual ? residual + plane : NULL;
      if (whole && add)
        output_tile(true, s, in, stride, y0, x0, offset, add, y + plane);
      else if (whole)
        output_tile(true, s, in, stride, y0, x0, offset, NULL, y + plane);
      else
        output_tile(false, s, in, stride, y0, x0, offset, add, y + plane);
    }
  }
}

// ---- weights ----

// Writes U[xi] into panels, from the 9 taps of one block of 16 inputs x 16 outputs. `in` and `out` number the blocks of
// the product.
INLINE void winograd_weight_block(const float *taps, long in, long ins, long out, long outs, float *u) {
  for (int place = 0; place < DL_LANES * DL_LANES; place += PART_LANES) {
    part g[9], half[18];
    UNROLLED_FOR (int k = 0; k < 9; k++)
      g[k] = load_part(taps + k * DL_LANES * DL_LANES + place);
    UNROLLED_FOR (int j = 0; j < 3; j++)
      weight_3(g + j, 3, half + j, 3);
    float *to = u + panel_index(ins, outs, in * DL_LANES + place / DL_LANES, out * DL_LANES + place % DL_LANES);
    UNROLLED_FOR (int i = 0; i < 6; i++) {
      part row[6];
      weight_3(half + i * 3, 1, row, 1);
      UNROLLED_FOR (int j = 0; j < 6; j++)
        store_part(to + (i * 6 + j) * ins * outs * DL_LANES * DL_LANES, row[j]);
    }
  }
}

// Packs the weights for the forward pass, or for the input gradient, with inputs and outputs exchanged and taps
// rotated.
NOINLINE void winograd_pack(const dl_conv_shape *s, const float *w, bool backward, float *u) {
  const long ins = blocks_of(s->in_channels), outs = blocks_of(s->out_channels), square = DL_LANES * DL_LANES;
  for (long out = 0; out < outs; out++) {
    for (long in = 0; in < ins; in++) {
      float taps[9 * DL_LANES * DL_LANES];
      for (long k = 0; k < 9; k++) {
        const float *from = w + (out * 9 * ins + k * ins + in) * square;
        float *to = taps + (backward ? 8 - k : k) * square;
        if (!backward) {
          memcpy(to, from, sizeof(float) * (size_t)square);
        } else {
          for (int i = 0; i < DL_LANES; i++) {
            for (int o = 0; o < DL_LANES; o++)
              to[o * DL_LANES + i] = from[i * DL_LANES + o];
          }
        }
      }
      if (backward)
        winograd_weight_block(taps, out, outs, in, ins, u);
      else
        winograd_weight_block(taps, in, ins, out, outs, u);
    }
  }
}

// ---- the convolution ----

NOINLINE void winograd_forward(const dl_conv_shape *s, const float *x, const float *u, const float *bias,
                               const float *residual, float *y, long images, float *scratch) {
  const long ins = blocks_of(s->in_channels), outs = blocks_of(s->out_channels), square = DL_LANES * DL_LANES;
  // A group is a multiple of a register tile, so that no register tile is partly filled.
  const long tiles = images * tiles_of(s).image, group = winograd_group(s) / TILE_PIXELS * TILE_PIXELS;
  for (long first = 0; first < tiles; first += group) {
    const long last = first + group < tiles ? first + group : tiles, count = last - first;
    const long v_stride = count * ins * DL_LANES + GAP, m_stride = count * outs * DL_LANES + GAP;
    float *m = scratch + 36 * v_stride;
    winograd_input(s, x, first, last, last - first, 0, ins, scratch);
    for (long xi = 0; xi < 36; xi++) {
      const float *v = scratch + xi * v_stride, *weights = u + xi * ins * outs * square;
      gemm(v, count * DL_LANES, ins, count, weights, outs, NULL, NULL, m + xi * m_stride, count * DL_LANES);
    }
    winograd_output(s, m, first, last, bias, residual, y);
  }
}
