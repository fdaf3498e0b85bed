// Dual batch normalization, pixel by pixel: docs/algorithms.md §9. With u_d = (x - mean_d)*inverse_d, where the set d
// is clean or adversarial,
//   s = log_ratio + 1/2 sum over channels (u_a^2 - u_c^2),  p = sigmoid(s/temperature),  y = w*(p*u_c + (1-p)*u_a) + b.
// Channels come in blocks, so the sums over channels are kept for a run of pixels at a time. They are in double,
// because they are differences of large numbers if the two sets are far apart. The bits of a pixel depend on nothing
// but that pixel.

// The sum of the lanes, in the order of lane_sum.
INLINE double wide_sum(wide v) {
  typedef double eight __attribute__((ext_vector_type(8)));
  typedef double four __attribute__((ext_vector_type(4)));
  const eight e = v.lo + v.hi;
  const four f = e.lo + e.hi;
  return (f.x + f.z) + (f.y + f.w);
}

// One block of 16 channels of both sets and of the affine map.
typedef struct {
  vec clean_mean, clean_inverse, adversarial_mean, adversarial_inverse, weight, bias;
} dual_block;

INLINE dual_block dual_load(const dl_dual *d, long b) {
  const long at = b * DL_LANES;
  return (dual_block){.clean_mean = load(d->clean_mean + at),
                      .clean_inverse = load(d->clean_inverse + at),
                      .adversarial_mean = load(d->adversarial_mean + at),
                      .adversarial_inverse = load(d->adversarial_inverse + at),
                      .weight = load(d->weight + at),
                      .bias = load(d->bias + at)};
}

// u_c and u_a of x = v.
#define CLEAN(k, v) (((v) - (k).clean_mean) * (k).clean_inverse)
#define ADVERSARIAL(k, v) (((v) - (k).adversarial_mean) * (k).adversarial_inverse)

// xhat = p*u_c + q*u_a.
INLINE vec dual_mix(vec clean, vec adversarial, float p, float q) {
  return multiply_add(clean, (vec)p, adversarial * (vec)q);
}

// dy, or 0 if the ReLU was inactive.
INLINE vec dual_through(const dual_block *k, vec mix, vec dy, bool relu) {
  return relu ? where(multiply_add(mix, k->weight, k->bias) > (vec)0.0f, dy) : dy;
}

static void dual_posterior(const dl_dual *d, const float *x, long images, long blocks, long pixels, float *posterior) {
  for (long n = 0; n < images; n++, x += blocks * pixels * DL_LANES, posterior += 3 * pixels) {
    for (long p0 = 0; p0 < pixels; p0 += RUN) {
      const long count = p0 + RUN < pixels ? RUN : pixels - p0;
      wide sum[RUN];
      for (long p = 0; p < count; p++)
        sum[p] = 0.0;
      for (long b = 0; b < blocks; b++) {
        const dual_block k = dual_load(d, b);
        const float *at = x + (b * pixels + p0) * DL_LANES;
        for (long p = 0; p < count; p++) {
          const vec v = load(at + p * DL_LANES), c = CLEAN(k, v), a = ADVERSARIAL(k, v);
          sum[p] += __builtin_convertvector(a - c, wide) * __builtin_convertvector(a + c, wide);
        }
      }
      for (long p = 0; p < count; p++) {
        const double s = (d->log_ratio + 0.5 * wide_sum(sum[p])) / d->temperature;
        // Computes p and 1 - p from e <= 1, so that the smaller one does not round to 0 too early.
        const double e = exp(-fabs(s)), large = 1 / (1 + e), small = e / (1 + e);
        posterior[p0 + p] = (float)(s >= 0 ? large : small);
        posterior[pixels + p0 + p] = (float)(s >= 0 ? small : large);
        posterior[2 * pixels + p0 + p] = (float)s;
      }
    }
  }
}

static void dual_forward(const dl_dual *d, const float *x, const float *posterior, long images, long blocks,
                         long pixels, float *y) {
  for (long n = 0; n < images; n++, posterior += 3 * pixels) {
    for (long b = 0; b < blocks; b++, x += pixels * DL_LANES, y += pixels * DL_LANES) {
      const dual_block k = dual_load(d, b);
      for (long p = 0; p < pixels; p++) {
        const vec v = load(x + p * DL_LANES);
        const vec mix = dual_mix(CLEAN(k, v), ADVERSARIAL(k, v), posterior[p], posterior[pixels + p]);
        const vec value = multiply_add(mix, k.weight, k.bias);
        store(y + p * DL_LANES, d->relu ? positive(value) : value);
      }
    }
  }
}

static void dual_cotangent(const dl_dual *d, const float *x, const float *dy, long images, long blocks, long pixels,
                           double nll_weight, bool clean, float *posterior) {
  for (long n = 0; n < images;
       n++, x += blocks * pixels * DL_LANES, dy += blocks * pixels * DL_LANES, posterior += 3 * pixels) {
    for (long p0 = 0; p0 < pixels; p0 += RUN) {
      const long count = p0 + RUN < pixels ? RUN : pixels - p0;
      wide sum[RUN];
      for (long p = 0; p < count; p++)
        sum[p] = 0.0;
      for (long b = 0; b < blocks; b++) {
        const dual_block k = dual_load(d, b);
        const long at = (b * pixels + p0) * DL_LANES;
        for (long p = 0; p < count; p++) {
          const vec v = load(x + at + p * DL_LANES), c = CLEAN(k, v), a = ADVERSARIAL(k, v);
          const vec mix = dual_mix(c, a, posterior[p0 + p], posterior[pixels + p0 + p]);
          const vec g = dual_through(&k, mix, load(dy + at + p * DL_LANES), d->relu);
          sum[p] += __builtin_convertvector(k.weight * g, wide) * __builtin_convertvector(c - a, wide);
        }
      }
      for (long p = 0; p < count; p++) {
        const double yes = posterior[p0 + p], no = posterior[pixels + p0 + p];
        const double pull = nll_weight == 0 ? 0 : nll_weight * (clean ? -no : yes);
        posterior[2 * pixels + p0 + p] = (float)((yes * no * wide_sum(sum[p]) + pull) / d->temperature);
      }
    }
  }
}

static void dual_gradient_sums(const dl_dual *d, const float *x, const float *dy, const float *posterior, long images,
                               long blocks, long pixels, double *sums) {
  for (long n = 0; n < images; n++, posterior += 3 * pixels) {
    const float *yes = posterior, *no = posterior + pixels, *e = posterior + 2 * pixels;
    for (long b = 0; b < blocks; b++, x += pixels * DL_LANES, dy += pixels * DL_LANES) {
      const dual_block k = dual_load(d, b);
      double *out = sums + b * DL_DUAL_SUMS * DL_LANES;
      for (long p0 = 0; p0 < pixels; p0 += RUN) {
        const long p1 = p0 + RUN < pixels ? p0 + RUN : pixels;
        vec sum[DL_DUAL_SUMS];
        for (int i = 0; i < DL_DUAL_SUMS; i++)
          sum[i] = 0.0f;
        for (long p = p0; p < p1; p++) {
          const vec v = load(x + p * DL_LANES), c = CLEAN(k, v), a = ADVERSARIAL(k, v);
          const vec mix = dual_mix(c, a, yes[p], no[p]);
          const vec g = dual_through(&k, mix, load(dy + p * DL_LANES), d->relu), h = k.weight * g;
          const vec to_clean = h * (vec)yes[p] - c * (vec)e[p], to_adversarial = h * (vec)no[p] + a * (vec)e[p];
          sum[0] += g;
          sum[1] += g * mix;
          sum[2] += to_clean;
          sum[3] += to_clean * c;
          sum[4] += to_adversarial;
          sum[5] += to_adversarial * a;
        }
        for (int i = 0; i < DL_DUAL_SUMS; i++)
          *(loose_wide *)(out + i * DL_LANES) += __builtin_convertvector(sum[i], wide);
      }
    }
    double *total = sums + blocks * DL_DUAL_SUMS * DL_LANES;
    for (long p = 0; p < pixels; p++)
      *total += e[p];
  }
}

static void dual_gradient(const dl_dual *d, const float *x, const float *dy, const float *posterior, long images,
                          long blocks, long pixels, const float *constant, const float *slope, bool clean,
                          const float *residual, float *dx) {
  for (long n = 0; n < images; n++, posterior += 3 * pixels) {
    for (long b = 0; b < blocks; b++) {
      const dual_block k = dual_load(d, b);
      const vec shift = constant ? load(constant + b * DL_LANES) : (vec)0.0f;
      const vec tilt = slope ? load(slope + b * DL_LANES) : (vec)0.0f;
      const long base = (n * blocks + b) * pixels * DL_LANES;
      for (long p = 0; p < pixels; p++) {
        const long i = base + p * DL_LANES;
        const vec v = load(x + i), c = CLEAN(k, v), a = ADVERSARIAL(k, v);
        const vec yes = posterior[p], no = posterior[pixels + p], e = posterior[2 * pixels + p];
        const vec mix = dual_mix(c, a, posterior[p], posterior[pixels + p]);
        const vec h = k.weight * dual_through(&k, mix, load(dy + i), d->relu);
        vec value = (h * yes - c * e) * k.clean_inverse + (h * no + a * e) * k.adversarial_inverse;
        if (slope)
          value += multiply_add(tilt, clean ? c : a, shift);
        store(dx + i, residual ? value + load(residual + i) : value);
      }
    }
  }
}

#undef CLEAN
#undef ADVERSARIAL
