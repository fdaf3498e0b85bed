// Normalization with fused ReLU. Sums are in float over up to RUN pixels and in double beyond, so that a large mean or
// many pixels cost no precision. The mask of the ReLU is recomputed from x, never stored.

#define RUN 64

static void moment_sums(const float *x, long images, long blocks, long pixels, const float *shift, double *sums) {
  for (long n = 0; n < images; n++) {
    for (long b = 0; b < blocks; b++, x += pixels * DL_LANES) {
      const vec s = load(shift + b * DL_LANES);
      double *out = sums + b * 2 * DL_LANES;
      for (long p0 = 0; p0 < pixels; p0 += RUN) {
        const long p1 = p0 + RUN < pixels ? p0 + RUN : pixels;
        vec sum = 0.0f, square = 0.0f;
        for (long p = p0; p < p1; p++) {
          const vec d = load(x + p * DL_LANES) - s;
          sum += d;
          square += d * d;
        }
        *(loose_wide *)out += __builtin_convertvector(sum, wide);
        *(loose_wide *)(out + DL_LANES) += __builtin_convertvector(square, wide);
      }
    }
  }
}

static void scale_offset(const float *x, long images, long blocks, long pixels, const float *scale, const float *offset,
                         bool relu, float *y) {
  for (long n = 0; n < images; n++) {
    for (long b = 0; b < blocks; b++, x += pixels * DL_LANES, y += pixels * DL_LANES) {
      const vec a = load(scale + b * DL_LANES), c = load(offset + b * DL_LANES);
      if (relu) {
        for (long p = 0; p < pixels; p++)
          store(y + p * DL_LANES, positive(multiply_add(load(x + p * DL_LANES), a, c)));
      } else {
        for (long p = 0; p < pixels; p++)
          store(y + p * DL_LANES, multiply_add(load(x + p * DL_LANES), a, c));
      }
    }
  }
}

// dy, or 0 if the ReLU was inactive. NaN counts as active.
INLINE vec through(vec x, vec dy, vec scale, vec offset, bool relu) {
  return relu ? where(~(multiply_add(x, scale, offset) <= (vec)0.0f), dy) : dy;
}

static void gradient_sums(const float *x, const float *dy, long images, long blocks, long pixels, const float *scale,
                          const float *offset, const float *mean, bool relu, double *sums) {
  for (long n = 0; n < images; n++) {
    for (long b = 0; b < blocks; b++, x += pixels * DL_LANES, dy += pixels * DL_LANES) {
      const vec a = load(scale + b * DL_LANES), c = load(offset + b * DL_LANES), m = load(mean + b * DL_LANES);
      double *out = sums + b * 2 * DL_LANES;
      for (long p0 = 0; p0 < pixels; p0 += RUN) {
        const long p1 = p0 + RUN < pixels ? p0 + RUN : pixels;
        vec sum = 0.0f, product = 0.0f;
        for (long p = p0; p < p1; p++) {
          const vec v = load(x + p * DL_LANES), g = through(v, load(dy + p * DL_LANES), a, c, relu);
          sum += g;
          product += g * (v - m);
        }
        *(loose_wide *)out += __builtin_convertvector(sum, wide);
        *(loose_wide *)(out + DL_LANES) += __builtin_convertvector(product, wide);
      }
    }
  }
}

static void scale_gradient(const float *x, const float *dy, long images, long blocks, long pixels, const float *scale,
                           const float *offset, const float *slope, const float *constant, bool relu,
                           const float *residual, float *dx) {
  for (long n = 0; n < images; n++) {
    for (long b = 0; b < blocks; b++) {
      const vec a = load(scale + b * DL_LANES), c = load(offset + b * DL_LANES);
      const vec d = load(slope + b * DL_LANES), e = load(constant + b * DL_LANES);
      const long base = (n * blocks + b) * pixels * DL_LANES;
      for (long i = base; i < base + pixels * DL_LANES; i += DL_LANES) {
        const vec v = load(x + i), g = through(v, load(dy + i), a, c, relu);
        const vec value = multiply_add(a, g, multiply_add(v, d, e));
        store(dx + i, residual ? value + load(residual + i) : value);
      }
    }
  }
}
