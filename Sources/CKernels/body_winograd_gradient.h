// The weight gradient of body_winograd.h.

// Z = A dy A^T of the tiles first ..< last.
NOINLINE void winograd_gradient(const dl_conv_shape *s, const float *dy, long first, long last, float *z) {
  static const float zero[DL_LANES];
  const tiling t = tiles_of(s);
  const long blocks = blocks_of(s->out_channels), count = last - first, stride = count * blocks * DL_LANES + GAP;
  for (long tile = first; tile < last; tile++) {
    const long image = tile / t.image, y0 = tile % t.image / t.columns * 4, x0 = tile % t.columns * 4;
    for (long b = 0; b < blocks; b++) {
      const float *plane = dy + (image * blocks + b) * out_pixels(s) * DL_LANES;
      float *out = z + (b * count + tile - first) * DL_LANES;
      for (int lane = 0; lane < DL_LANES; lane += PART_LANES) {
        part half[24];
        UNROLLED_FOR (int j = 0; j < 4; j++) {
          part column[4];
          UNROLLED_FOR (int i = 0; i < 4; i++) {
            const bool inside = y0 + i < s->out_height && x0 + j < s->out_width;
            column[i] = load_part((inside ? plane + ((y0 + i) * s->out_width + x0 + j) * DL_LANES : zero) + lane);
          }
          gradient_4(column, 1, half + j, 4);
        }
        UNROLLED_FOR (int i = 0; i < 6; i++) {
          part row[6];
          gradient_4(half + i * 4, 1, row, 1);
          UNROLLED_FOR (int j = 0; j < 6; j++)
            store_part(out + (i * 6 + j) * stride + lane, row[j]);
        }
      }
    }
  }
}

// dw = G^T dU G for one block of 16 inputs x 16 outputs. `stride` is the distance between dU[xi] and dU[xi + 1], `tap`
// the distance between the nine taps of dw.
static void winograd_weight_output(const float *du, long stride, float *dw, long tap) {
  for (long place = 0; place < DL_LANES * DL_LANES; place += PART_LANES) {
    part half[18];
    UNROLLED_FOR (int j = 0; j < 6; j++) {
      part column[6];
      UNROLLED_FOR (int i = 0; i < 6; i++)
        column[i] = load_part(du + place + (i * 6 + j) * stride);
      weight_6(column, 1, half + j, 6);
    }
    UNROLLED_FOR (int i = 0; i < 3; i++) {
      part row[3];
      weight_6(half + i * 6, 1, row, 1);
      UNROLLED_FOR (int j = 0; j < 3; j++)
        store_part(dw + place + (i * 3 + j) * tap, row[j]);
    }
  }
}

// dw of the input blocks from ..< to: dU[xi] = V^T Z, summed over all tiles, then G^T dU G.
NOINLINE void winograd_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, long images, long from,
                                       long to, float *dw, float *scratch) {
  const long ins = to - from, outs = blocks_of(s->out_channels), all = blocks_of(s->in_channels);
  const long square = DL_LANES * DL_LANES;
  const long tiles = images * tiles_of(s).image, group = winograd_gradient_group(s), tap = all * square;
  // If one group has all the tiles, the dU of a block is used as soon as it is computed, and never leaves the cache.
  const bool once = tiles <= group;
  const long matrix = (once ? 1 : ins * outs) * square + GAP;
  float *du = scratch, *v = du + 36 * (ins * outs * square + GAP);
  memset(du, 0, sizeof(float) * (size_t)(36 * matrix));
  for (long first = 0; first < tiles; first += group) {
    const long last = first + group < tiles ? first + group : tiles, count = last - first;
    const long v_stride = count * ins * DL_LANES + GAP, z_stride = count * outs * DL_LANES + GAP;
    float *z = v + 36 * v_stride;
    winograd_input(s, x, first, last, from, ins, v);
    winograd_gradient(s, dy, first, last, z);
    if (once) {
      for (long in = 0; in < ins; in++) {
        for (long out = 0; out < outs; out++) {
          memset(du, 0, sizeof(float) * (size_t)(36 * matrix));
          for (long xi = 0; xi < 36; xi++) {
            const float *columns = v + xi * v_stride + in * count * DL_LANES;
            outer(columns, z + xi * z_stride + out * count * DL_LANES, count, du + xi * matrix);
          }
          winograd_weight_output(du, matrix, dw + (out * 9 * all + from + in) * square, tap);
        }
      }
      return;
    }
    for (long xi = 0; xi < 36; xi++) {
      for (long in = 0; in < ins; in++) {
        const float *columns = v + xi * v_stride + in * count * DL_LANES;
        for (long out = 0; out < outs; out++) {
          const float *gradient = z + xi * z_stride + out * count * DL_LANES;
          outer(columns, gradient, count, du + xi * matrix + (in * outs + out) * square);
        }
      }
    }
  }
  for (long in = 0; in < ins; in++) {
    for (long out = 0; out < outs; out++)
      winograd_weight_output(du + (in * outs + out) * square, matrix, dw + (out * 9 * all + from + in) * square, tap);
  }
}
