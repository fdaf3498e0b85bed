// The transforms of Winograd's F(4x4,3x3) for a 3x3 convolution with stride 1 and padding 1, with the points 0, +-1,
// +-2 and infinity (Lavin and Gray, 2016):
//
//   Y = A^T [ (G g G^T) .* (B^T d B) ] A       d: 6x6 inputs, g: 3x3 weights, Y: 4x4 outputs
//
// The products over channels become 36 matrix products, one for each position xi in the 6x6 square. Tiles of 4x4
// outputs are processed in groups, so that the matrices of a group stay in the L2 cache:
//
//   V[xi][in/16][tile][16]     the transformed inputs
//   U[xi]                      the transformed weights, packed in panels
//   M[xi][out/16][tile][16]    their product

// Distance between the 36 matrices, so that they do not compete for the same cache lines.
#define GAP DL_LANES

// The tiles of one image; `image` is their number.
typedef struct {
  long rows, columns, image;
} tiling;

INLINE tiling tiles_of(const dl_conv_shape *s) {
  const long rows = (s->out_height + 3) / 4, columns = (s->out_width + 3) / 4;
  return (tiling){rows, columns, rows * columns};
}

// ---- 1-D transforms from p[0], p[step], ... to q[0], q[stride], ... ----

// B^T d: 6 inputs to 6 values.
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
