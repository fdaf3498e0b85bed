// Loops over plain arrays, simple enough for the compiler to vectorize.

static void relu(const float *x, long count, float *y) {
  for (long i = 0; i < count; i++)
    y[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_gradient(const float *x, const float *dy, long count, float *dx) {
  for (long i = 0; i < count; i++)
    dx[i] = x[i] <= 0 ? 0 : dy[i];
}

static void add(const float *x, long count, float *y) {
  for (long i = 0; i < count; i++)
    y[i] += x[i];
}

static void add_relu(const float *a, const float *b, long count, float *y) {
  for (long i = 0; i < count; i++) {
    const float sum = a[i] + b[i];
    y[i] = sum < 0 ? 0 : sum;
  }
}

static void standardize(const float *x, long count, float mean, float inverse_deviation, float *y) {
  for (long i = 0; i < count; i++)
    y[i] = (x[i] - mean) * inverse_deviation;
}

static void scale(const float *x, long count, float factor, float *y) {
  for (long i = 0; i < count; i++)
    y[i] = x[i] * factor;
}

static void sgd(float *w, const float *g, float *v, long count, float lr, float mu, float wd, bool nesterov) {
  for (long i = 0; i < count; i++) {
    const float gradient = g[i] + wd * w[i];
    v[i] = mu * v[i] + gradient;
    w[i] -= lr * (nesterov ? gradient + mu * v[i] : v[i]);
  }
}

static void linf_step(float *v, const float *x, const float *g, long count, float alpha, float eps) {
  for (long i = 0; i < count; i++) {
    float moved = v[i] + (g[i] > 0 ? alpha : g[i] < 0 ? -alpha : 0);
    moved = moved < x[i] - eps ? x[i] - eps : moved > x[i] + eps ? x[i] + eps : moved;
    v[i] = moved < 0 ? 0 : moved > 1 ? 1 : moved;
  }
}
