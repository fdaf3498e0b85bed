// The global average over pixels, and the linear layer that follows it.

static void global_average(const float *x, long images, long blocks, long pixels, float *y) {
  for (long i = 0; i < images * blocks; i++, x += pixels * DL_LANES) {
    vec sum = 0.0f;
    for (long p = 0; p < pixels; p++)
      sum += load(x + p * DL_LANES);
    store(y + i * DL_LANES, sum / (vec)(float)pixels);
  }
}

static void global_average_gradient(const float *dy, long images, long blocks, long pixels, float *dx) {
  for (long i = 0; i < images * blocks; i++) {
    const vec g = load(dy + i * DL_LANES) / (vec)(float)pixels;
    for (long p = 0; p < pixels; p++, dx += DL_LANES)
      store(dx, g);
  }
}

// `count` outputs at once; `count` is constant in every call. With a single sum, each addition would wait for the one
// before it.
INLINE void linear_outputs(const int count, const float *x, const float *w, const float *b, long stride, float *y) {
  vec sum[4];
  UNROLLED_FOR (int o = 0; o < count; o++)
    sum[o] = 0.0f;
  for (long i = 0; i < stride; i += DL_LANES) {
    const vec value = load(x + i);
    UNROLLED_FOR (int o = 0; o < count; o++)
      sum[o] = multiply_add(value, load(w + o * stride + i), sum[o]);
  }
  UNROLLED_FOR (int o = 0; o < count; o++)
    y[o] = b[o] + lane_sum(sum[o]);
}

static void linear(const float *x, const float *w, const float *b, long images, long stride, long outputs, float *y) {
  for (long n = 0; n < images; n++, x += stride, y += outputs) {
    long o = 0;
    for (; o + 4 <= outputs; o += 4)
      linear_outputs(4, x, w + o * stride, b + o, stride, y + o);
    for (; o < outputs; o++)
      linear_outputs(1, x, w + o * stride, b + o, stride, y + o);
  }
}

static void linear_input_gradient(const float *dy, const float *w, long images, long stride, long outputs, float *dx) {
  for (long n = 0; n < images; n++, dx += stride) {
    for (long i = 0; i < stride; i += DL_LANES) {
      vec sum = 0.0f;
      for (long o = 0; o < outputs; o++)
        sum = multiply_add((vec)dy[n * outputs + o], load(w + o * stride + i), sum);
      store(dx + i, sum);
    }
  }
}

static void linear_weight_gradient(const float *x, const float *dy, const dl_leaf *leaves, long count, long stride,
                                   long outputs, long first, long last, float *dw, float *db) {
  vec stack[TREE_LEVELS];
  for (long o = first; o < last; o++) {
    for (long i = -DL_LANES; i < stride; i += DL_LANES) {
      for (long leaf = 0; leaf < count; leaf++) {
        vec sum = 0.0f;
        for (int run = 0; run < 2; run++) {
          const long from = leaves[leaf].runs[run].start, to = from + leaves[leaf].runs[run].count;
          for (long n = from; n < to; n++) {
            const vec g = (vec)dy[n * outputs + o];
            sum = i < 0 ? sum + g : multiply_add(g, load(x + n * stride + i), sum);
          }
        }
        stack[tree_waiting(leaf)] = sum;
        tree_add(stack, leaf);
      }
      if (i < 0)
        db[o] = stack[0].x;
      else
        store(dw + o * stride + i, stack[0]);
    }
  }
}
