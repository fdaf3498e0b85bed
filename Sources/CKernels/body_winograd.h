/* 3x3 convolution, stride 1, padding 1, by Winograd's F(4x4,3x3): Lavin and Gray 2016, points 0, +-1, +-2, infinity.
 *
 *   Y = A^T [ (G g G^T) .* (B^T d B) ] A       d: 6x6 inputs, g: 3x3 weights, Y: 4x4 outputs
 *
 * The products over channels are 36 matrix products, one for each place xi of the 6x6 square. Tiles are worked on in
 * groups that stay in the L2 cache: V[xi][in/16][tile][16], M[xi][out/16][tile][16].
 */

/* Between the 36 matrices, so that they do not fall on the same lines of the cache. */
#define GAP DL_LANES

/* ---- the 1-D transforms: from p[0], p[step], ... to q[0], q[stride], ... ---- */

/* B^T d: 6 inputs. */
INLINE void VARIANT(input_6)(const vec *p, const int step, vec *q, const int stride) {
  const vec d0 = p[0], d1 = p[step], d2 = p[2 * step], d3 = p[3 * step], d4 = p[4 * step], d5 = p[5 * step];
  const vec a = d4 - 4 * d2, b = d3 - 4 * d1, c = d4 - d2, e = 2 * (d3 - d1);
  q[0] = 4 * d0 + (d4 - 5 * d2);
  q[stride] = a + b;
  q[2 * stride] = a - b;
  q[3 * stride] = c + e;
  q[4 * stride] = c - e;
  q[5 * stride] = 4 * d1 + (d5 - 5 * d3);
}

/* A^T m: 6 products to 4 outputs. */
INLINE void VARIANT(output_6)(const vec *p, const int step, vec *q, const int stride) {
  const vec m0 = p[0], m1 = p[step], m2 = p[2 * step], m3 = p[3 * step], m4 = p[4 * step], m5 = p[5 * step];
  const vec a = m1 + m2, b = m1 - m2, c = m3 + m4, e = m3 - m4;
  q[0] = m0 + a + c;
  q[stride] = 2 * e + b;
  q[2 * stride] = 4 * c + a;
  q[3 * stride] = 8 * e + b + m5;
}

/* A y: 4 output gradients to 6. */
INLINE void VARIANT(gradient_4)(const vec *p, const int step, vec *q, const int stride) {
  const vec y0 = p[0], y1 = p[step], y2 = p[2 * step], y3 = p[3 * step];
  const vec even = y0 + y2, odd = y1 + y3, even2 = 4 * y2 + y0, odd2 = 8 * y3 + 2 * y1;
  q[0] = y0;
  q[stride] = even + odd;
  q[2 * stride] = even - odd;
  q[3 * stride] = even2 + odd2;
  q[4 * stride] = even2 - odd2;
  q[5 * stride] = y3;
}

/* G g: 3 weights to 6. */
INLINE void VARIANT(weight_3)(const vec *p, const int step, vec *q, const int stride) {
  const vec g0 = p[0], g1 = p[step], g2 = p[2 * step];
  const vec ends = (g0 + g2) * (-1.0f / 6), middle = g1 * (-1.0f / 6);
  const vec far = g2 * (1.0f / 6) + g0 * (1.0f / 24), near = g1 * (1.0f / 12);
  q[0] = g0 * 0.25f;
  q[stride] = ends + middle;
  q[2 * stride] = ends - middle;
  q[3 * stride] = far + near;
  q[4 * stride] = far - near;
  q[5 * stride] = g2;
}

/* G^T u: 6 to 3 weight gradients. */
INLINE void VARIANT(weight_6)(const vec *p, const int step, vec *q, const int stride) {
  const vec u0 = p[0], u1 = p[step], u2 = p[2 * step], u3 = p[3 * step], u4 = p[4 * step], u5 = p[5 * step];
  const vec a = u1 + u2, b = u1 - u2, c = u3 + u4, e = u3 - u4;
  q[0] = u0 * 0.25f + (c * (1.0f / 24) - a * (1.0f / 6));
  q[stride] = e * (1.0f / 12) - b * (1.0f / 6);
  q[2 * stride] = u5 + (c * (1.0f / 6) - a * (1.0f / 6));
}

/* ---- tiles ---- */

typedef struct { long rows, columns, image; } VARIANT(tiling);
#define tiling VARIANT(tiling)

INLINE tiling VARIANT(tiles_of)(const dl_conv_shape *s) {
  const long rows = (s->out_height + 3) / 4, columns = (s->out_width + 3) / 4;
  return (tiling){rows, columns, rows * columns};
}

/* V of tiles first ..< last. */
static __attribute__((noinline)) void VARIANT(winograd_input)(const dl_conv_shape *s, const float *x, long first, long last, long from_block, long blocks,
                                    float *v) {
  static const float zero[DL_LANES];
  const tiling t = VARIANT(tiles_of)(s);
  const long count = last - first, stride = count * blocks * DL_LANES + GAP, all = blocks_of(s->in_channels);
  for (long tile = first; tile < last; tile++) {
    const long image = tile / t.image, y0 = tile % t.image / t.columns * 4 - 1, x0 = tile % t.columns * 4 - 1;
    for (long b = 0; b < blocks; b++) {
      const float *plane = x + (image * all + from_block + b) * in_pixels(s) * DL_LANES;
      vec half[36];
      UNROLL for (int j = 0; j < 6; j++) {
        vec column[6];
        const bool in_x = (unsigned long)(x0 + j) < (unsigned long)s->in_width;
        UNROLL for (int i = 0; i < 6; i++) {
          const bool inside = in_x && (unsigned long)(y0 + i) < (unsigned long)s->in_height;
          column[i] = load(inside ? plane + ((y0 + i) * s->in_width + x0 + j) * DL_LANES : zero);
        }
        VARIANT(input_6)(column, 1, half + j, 6);
      }
      float *out = v + (b * count + tile - first) * DL_LANES;
      UNROLL for (int i = 0; i < 6; i++) {
        vec row[6];
        VARIANT(input_6)(half + i * 6, 1, row, 1);
        UNROLL for (int j = 0; j < 6; j++) store(out + (i * 6 + j) * stride, row[j]);
      }
    }
  }
}

/* y of tiles first ..< last from M, with bias and residual. */
static __attribute__((noinline)) void VARIANT(winograd_output)(const dl_conv_shape *s, const float *m, long first, long last, const float *bias, const float *residual,
                                     float *y) {
  const tiling t = VARIANT(tiles_of)(s);
  const long blocks = blocks_of(s->out_channels), count = last - first, stride = count * blocks * DL_LANES + GAP;
  for (long tile = first; tile < last; tile++) {
    const long image = tile / t.image, y0 = tile % t.image / t.columns * 4, x0 = tile % t.columns * 4;
    for (long b = 0; b < blocks; b++) {
      const float *in = m + (b * count + tile - first) * DL_LANES;
      vec half[24];
      UNROLL for (int j = 0; j < 6; j++) {
        vec column[6];
        UNROLL for (int i = 0; i < 6; i++) column[i] = load(in + (i * 6 + j) * stride);
        VARIANT(output_6)(column, 1, half + j, 6);
      }
      const vec offset = bias ? load(bias + b * DL_LANES) : (vec)0.0f;
      const long plane = (image * blocks + b) * out_pixels(s);
      UNROLL for (int i = 0; i < 4; i++) {
        vec row[4];
        VARIANT(output_6)(half + i * 6, 1, row, 1);
        if (y0 + i >= s->out_height) continue;
        UNROLL for (int j = 0; j < 4; j++) {
          if (x0 + j >= s->out_width) continue;
          const long place = (plane + (y0 + i) * s->out_width + x0 + j) * DL_LANES;
          const vec value = row[j] + offset;
          store(y + place, residual ? value + load(residual + place) : value);
        }
      }
    }
  }
}

/* Z = A dy A^T of tiles first ..< last. */
static __attribute__((noinline)) void VARIANT(winograd_gradient)(const dl_conv_shape *s, const float *dy, long first, long last, float *z) {
  static const float zero[DL_LANES];
  const tiling t = VARIANT(tiles_of)(s);
  const long blocks = blocks_of(s->out_channels), count = last - first, stride = count * blocks * DL_LANES + GAP;
  for (long tile = first; tile < last; tile++) {
    const long image = tile / t.image, y0 = tile % t.image / t.columns * 4, x0 = tile % t.columns * 4;
    for (long b = 0; b < blocks; b++) {
      const float *plane = dy + (image * blocks + b) * out_pixels(s) * DL_LANES;
      vec half[24];
      UNROLL for (int j = 0; j < 4; j++) {
        vec column[4];
        UNROLL for (int i = 0; i < 4; i++) {
          const bool inside = y0 + i < s->out_height && x0 + j < s->out_width;
          column[i] = load(inside ? plane + ((y0 + i) * s->out_width + x0 + j) * DL_LANES : zero);
        }
        VARIANT(gradient_4)(column, 1, half + j, 4);
      }
      float *out = z + (b * count + tile - first) * DL_LANES;
      UNROLL for (int i = 0; i < 6; i++) {
        vec row[6];
        VARIANT(gradient_4)(half + i * 4, 1, row, 1);
        UNROLL for (int j = 0; j < 6; j++) store(out + (i * 6 + j) * stride, row[j]);
      }
    }
  }
}

/* ---- weights ---- */

/* U[xi] in panels from 9 blocks of 16 inputs x 16 outputs of weights; `in`, `out`: blocks of the product. */
INLINE void VARIANT(winograd_weight_block)(const float *taps, long in, long ins, long out, long outs, float *u) {
  for (int r = 0; r < DL_LANES; r++) {
    vec g[9], half[18];
    UNROLL for (int k = 0; k < 9; k++) g[k] = load(taps + (k * DL_LANES + r) * DL_LANES);
    UNROLL for (int j = 0; j < 3; j++) VARIANT(weight_3)(g + j, 3, half + j, 3);
    float *to = u + VARIANT(panel_index)(ins, outs, in * DL_LANES + r, out * DL_LANES);
    UNROLL for (int i = 0; i < 6; i++) {
      vec row[6];
      VARIANT(weight_3)(half + i * 3, 1, row, 1);
      UNROLL for (int j = 0; j < 6; j++) store(to + (i * 6 + j) * ins * outs * DL_LANES * DL_LANES, row[j]);
    }
  }
}

/* Forward, or for the input gradient: inputs and outputs exchanged, taps turned round. */
static __attribute__((noinline)) void VARIANT(winograd_pack)(const dl_conv_shape *s, const float *w, bool backward, float *u) {
  const long ins = blocks_of(s->in_channels), outs = blocks_of(s->out_channels), square = DL_LANES * DL_LANES;
  for (long out = 0; out < outs; out++)
    for (long in = 0; in < ins; in++) {
      float taps[9 * DL_LANES * DL_LANES];
      for (long k = 0; k < 9; k++) {
        const float *from = w + (out * 9 * ins + k * ins + in) * square;
        float *to = taps + (backward ? 8 - k : k) * square;
        if (!backward) memcpy(to, from, sizeof(float) * (size_t)square);
        else for (int i = 0; i < DL_LANES; i++) for (int o = 0; o < DL_LANES; o++) to[o * DL_LANES + i] = from[i * DL_LANES + o];
      }
      if (backward) VARIANT(winograd_weight_block)(taps, out, outs, in, ins, u);
      else VARIANT(winograd_weight_block)(taps, in, ins, out, outs, u);
    }
}

/* ---- the convolution ---- */

static __attribute__((noinline)) void VARIANT(winograd_forward)(const dl_conv_shape *s, const float *x, const float *u, const float *bias, const float *residual,
                                      float *y, long images, float *scratch) {
  const long ins = blocks_of(s->in_channels), outs = blocks_of(s->out_channels), square = DL_LANES * DL_LANES;
  const long tiles = images * VARIANT(tiles_of)(s).image, group = winograd_group(s);
  for (long first = 0; first < tiles; first += group) {
    const long last = first + group < tiles ? first + group : tiles, count = last - first;
    const long v_stride = count * ins * DL_LANES + GAP, m_stride = count * outs * DL_LANES + GAP;
    float *m = scratch + 36 * v_stride;
    VARIANT(winograd_input)(s, x, first, last, 0, ins, scratch);
    for (long xi = 0; xi < 36; xi++)
      VARIANT(gemm)(scratch + xi * v_stride, count * DL_LANES, ins, count, u + xi * ins * outs * square, outs, NULL, NULL, m + xi * m_stride, count * DL_LANES);
    VARIANT(winograd_output)(s, m, first, last, bias, residual, y);
  }
}

/* dw of the input blocks from ..< to: dU[xi] = V^T Z over all tiles, then G^T dU G. */
static __attribute__((noinline)) void VARIANT(winograd_weight_gradient)(const dl_conv_shape *s, const float *x, const float *dy, long images, long from, long to,
                                              float *dw, float *scratch) {
  const long ins = to - from, outs = blocks_of(s->out_channels), square = DL_LANES * DL_LANES, matrix = ins * outs * square;
  const long tiles = images * VARIANT(tiles_of)(s).image, group = 2 * winograd_group(s);
  float *du = scratch, *v = du + 36 * matrix;
  memset(du, 0, sizeof(float) * (size_t)(36 * matrix));
  for (long first = 0; first < tiles; first += group) {
    const long last = first + group < tiles ? first + group : tiles, count = last - first;
    const long v_stride = count * ins * DL_LANES + GAP, z_stride = count * outs * DL_LANES + GAP;
    float *z = v + 36 * v_stride;
    VARIANT(winograd_input)(s, x, first, last, from, ins, v);
    VARIANT(winograd_gradient)(s, dy, first, last, z);
    for (long xi = 0; xi < 36; xi++)
      for (long in = 0; in < ins; in++)
        for (long out = 0; out < outs; out++)
          VARIANT(outer)(v + xi * v_stride + in * count * DL_LANES, z + xi * z_stride + out * count * DL_LANES, count, du + xi * matrix + (in * outs + out) * square);
  }
  const long all = blocks_of(s->in_channels);
  for (long in = 0; in < ins; in++)
    for (long out = 0; out < outs; out++)
      for (int r = 0; r < DL_LANES; r++) {
        const float *at = du + (in * outs + out) * square + r * DL_LANES;
        vec half[18];
        UNROLL for (int j = 0; j < 6; j++) {
          vec column[6];
          UNROLL for (int i = 0; i < 6; i++) column[i] = load(at + (i * 6 + j) * matrix);
          VARIANT(weight_6)(column, 1, half + j, 6);
        }
        float *into = dw + ((out * 9) * all + from + in) * square + r * DL_LANES;
        UNROLL for (int i = 0; i < 3; i++) {
          vec row[3];
          VARIANT(weight_6)(half + i * 6, 1, row, 1);
          UNROLL for (int j = 0; j < 3; j++) store(into + (i * 3 + j) * all * square, row[j]);
        }
      }
}
