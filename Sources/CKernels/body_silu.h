// SiLU, x*sigmoid(x), and its derivative. Computed in float, with a relative error below 6e-7.

// e^x for x <= 0; below -87 it is 0. e^x = 2^n * e^r with |r| <= ln(2)/2, and e^r is its Taylor polynomial, whose next
// term is below 1e-8.
INLINE vec exp_of_negative(vec x) {
  // Adding it leaves the nearest whole number in the last bits.
  const vec magic = 12582912.0f;
  const vec clamped = (vec)(((mask)x & ~(x < (vec)-87.0f)) | ((mask)(vec)-87.0f & (x < (vec)-87.0f)));
  const vec shifted = multiply_add(clamped, (vec)1.44269504f, magic), n = shifted - magic;
  // ln(2) in two parts: n times the first one is exact.
  const vec r = multiply_add(n, (vec)2.12194440e-4f, multiply_add(n, (vec)-0.693359375f, clamped));
  vec sum = 1.0f / 5040;
  UNROLLED_FOR (int k = 6; k >= 0; k--) {
    const float factorial[] = {1, 1, 2, 6, 24, 120, 720};
    sum = multiply_add(sum, r, (vec)(1 / factorial[k]));
  }
  const vec power = (vec)(((mask)shifted << 23) + (mask)(vec)1.0f);
  return where(~(x < (vec)-87.0f), sum * power);
}

// The larger and the smaller one of sigmoid(x) and 1 - sigmoid(x), both without cancellation.
typedef struct {
  vec large, small;
} shares;

INLINE shares shares_of(vec x) {
  const vec e = exp_of_negative((vec)((mask)x | (int)0x80000000)), large = (vec)1.0f / ((vec)1.0f + e);
  return (shares){large, e * large};
}

// `v` in the lanes that are set in the mask, `w` in the others.
INLINE vec choose(mask m, vec v, vec w) { return (vec)(((mask)v & m) | ((mask)w & ~m)); }

static void silu(const float *x, long count, float *y) {
  for (long i = 0; i < count; i += DL_LANES) {
    const vec v = load(x + i);
    const shares s = shares_of(v);
    store(y + i, v * choose(v > (vec)0.0f, s.large, s.small));
  }
}

static void silu_gradient(const float *x, const float *dy, long count, float *dx) {
  for (long i = 0; i < count; i += DL_LANES) {
    const vec v = load(x + i);
    const shares s = shares_of(v);
    const vec sigmoid = choose(v > (vec)0.0f, s.large, s.small);
    store(dx + i, load(dy + i) * multiply_add(v * s.large, s.small, sigmoid));
  }
}
