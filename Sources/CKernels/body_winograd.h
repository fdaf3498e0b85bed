// 3x3 convolution, stride 1, padding 1, by Winograd's F(4x4,3x3): Lavin and Gray 2016, points 0, +-1, +-2, infinity.
//
//   Y = A^T [ (G g G^T) .* (B^T d B) ] A       d: 6x6 inputs, g: 3x3 weights, Y: 4x4 outputs
//
// The products over channels are 36 matrix products, one for each place xi of the 6x6 square. Tiles are worked on in
// groups that stay in the L2 cache: V[xi][in/16][tile][16], M[xi][out/16][tile][16].

// Between the 36 matrices, so that they do not fall on the same lines of the cache.
#define GAP DL_LANES

// ---- the 1-D transforms: from p[0], p[step], ... to q[0], q[stride], ... ----

// B^T d: 6 inputs.
INLINE void input_6(const part *p, const int step, part *q, const int stride) {
  const part d0 = p[0], d1 = p[step], d2 = p[2 * step], d3 = p[3 * step], d4 = p[4 * step], d5 = p[5 * step];
  const part a = d4 - 4 * d2, b = d3 - 4 * d1, c = d4 - d2, e = 2 * (d3 - d1);
  q[0] = 4 * d0 + (d4 - 5 * d2);
  q[stride] = a + b;
  q[2 * stride] = a - b;
  q[3 * stride] = c + e;
  q[4 * stride] = c - e;
  q[5 * stride] = 4 * d1 + (d5 - 5 * d3);
}

// A^T m: 6 products to 4 outputs.
INLINE void output_6(const part *p, const int step, part *q, const int stride) {
  const part m0 = p[0], m1 = p[step], m2 = p[2 * step], m3 = p[3 * step], m4 = p[4 * step], m5 = p[5 * step];
  const part a = m1 + m2, b = m1 - m2, c = m3 + m4, e = m3 - m4;
  q[0] = m0 + a + c;
  q[stride] = 2 * e + b;
  q[2 * stride] = 4 * c + a;
  q[3 * stride] = 8 * e + b + m5;
}

// A y: 4 output gradients to 6.
INLINE void gradient_4(const part *p, const int step, part *q, const int stride) {
  const part y0 = p[0], y1 = p[step], y2 = p[2 * step], y3 = p[3 * step];
  const part even = y0 + y2, odd = y1 + y3, even2 = 4 * y2 + y0, odd2 = 8 * y3 + 2 * y1;
  q[0] = y0;
  q[stride] = even + odd;
  q[2 * stride] = even - odd;
  q[3 * stride] = even2 + odd2;
  q[4 * stride] = even2 - odd2;
  q[5 * stride] = y3;
}

// G g: 3 weights to 6.
INLINE void weight_3(const part *p, const int step, part *q, const int stride) {
  const part g0 = p[0], g1 = p[step], g2 = p[2 * step];
  const part ends = (g0 + g2) * (-1.0f / 6), middle = g1 * (-1.0f / 6);
  const part far = g2 * (1.0f / 6) + g0 * (1.0f / 24), near = g1 * (1.0f / 12);
  q[0] = g0 * 0.25f;
  q[stride] = ends + middle;
  q[2 * stride] = ends - middle;
  q[3 * stride] = far + near;
  q[4 * stride] = far - near;
  q[5 * stride] = g2;
}

// G^T u: 6 to 3 weight gradients.
INLINE void weight_6(const part *p, const int step, part *q, const int stride) {
  const part u0 = p[0], u1 = p[step], u2 = p[2 * step], u3 = p[3 * step], u4 = p[4 * step], u5 = p[5 * step];
  const part a = u1 + u2, b = u1 - u2, c = u3 + u4, e = u3 - u4;
  q[0] = u0 * 0.25f + (c * (1.0f / 24) - a * (1.0f / 6));
  q[stride] = e * (1.0f / 12) - b * (1.0f / 6);
  q[2 * stride] = u5 + (c * (1.0f / 6) - a * (1.0f / 6));
}

// ---- tiles ----

typedef struct {
  long rows, columns, image;
} tiling;

INLINE tiling tiles_of(const dl_conv_shape *s) {
  const long rows = (s->out_height + 3) / 4, columns = (s->out_width + 3) / 4;
  return (tiling){rows, columns, rows * columns};
}

// B^T d B of one block of one tile whose first input is (y0, x0); `inner`, a constant: no input is outside the image.
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

// V of tiles first ..< last.
NOINLINE void winograd_input(const dl_conv_shape *s, const float *x, long first, long last, long from_block,
                             long blocks, float *v) {
  const tiling t = tiles_of(s);
  const long count = last - first, stride = count * blocks * DL_LANES + GAP, all = blocks_of(s->in_channels);
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

// A^T M A of one block of one tile whose first output is (y0, x0); `whole`, a constant: all 16 outputs are in the
// image.
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

// y of tiles first ..< last from M, with bias and residual.
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

// Z = A dy A^T of tiles first ..< last.
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

// ---- weights ----

// U[xi] in panels from 9 blocks of 16 inputs x 16 outputs of weights; `in`, `out`: blocks of the product.
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

// Forward, or for the input gradient: inputs and outputs exchanged, taps turned round.
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
  // Whole register tiles, so that none is left half filled.
  const long tiles = images * tiles_of(s).image, group = winograd_group(s) / TILE_PIXELS * TILE_PIXELS;
  for (long first = 0; first < tiles; first += group) {
    const long last = first + group < tiles ? first + group : tiles, count = last - first;
    const long v_stride = count * ins * DL_LANES + GAP, m_stride = count * outs * DL_LANES + GAP;
    float *m = scratch + 36 * v_stride;
    winograd_input(s, x, first, last, 0, ins, scratch);
    for (long xi = 0; xi < 36; xi++) {
      const float *v = scratch + xi * v_stride, *weights = u + xi * ins * outs * square;
      gemm(v, count * DL_LANES, ins, count, weights, outs, NULL, NULL, m + xi * m_stride, count * DL_LANES);
    }
    winograd_output(s, m, first, last, bias, residual, y);
  }
}

// dw = G^T dU G of one block of 16 inputs x 16 outputs; dU[xi] at distance `stride`, the nine taps of dw at distance
// `tap`.
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

// dw of the input blocks from ..< to: dU[xi] = V^T Z over all tiles, then G^T dU G.
NOINLINE void winograd_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, long images, long from,
                                       long to, float *dw, float *scratch) {
  const long ins = to - from, outs = blocks_of(s->out_channels), all = blocks_of(s->in_channels);
  const long square = DL_LANES * DL_LANES;
  const long tiles = images * tiles_of(s).image, group = winograd_gradient_group(s), tap = all * square;
  // Where one group has all tiles, a block's dU is used as soon as it is made: it never leaves the cache.
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
