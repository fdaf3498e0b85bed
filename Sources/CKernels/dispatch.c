// Picks a variant once and sends every call to it.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "variant.h"

static const dl_variant *available(int index) {
  int found = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && found++ == index) {
    return &dl_avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && found++ == index)
    return &dl_avx2;
#endif
  return found == index ? &dl_portable : NULL;
}

static const dl_variant *named(const char *name) {
  for (int i = 0; available(i); i++) {
    if (strcmp(available(i)->name, name) == 0)
      return available(i);
  }
  return NULL;
}

static _Atomic(const dl_variant *) chosen;

static const dl_variant *run(void) {
  const dl_variant *variant = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (variant)
    return variant;
  const char *wish = getenv("DUALAB_CPU");
  variant = wish ? named(wish) : NULL;
  if (!variant)
    variant = available(0);
  atomic_store(&chosen, variant);
  return variant;
}

const char *dl_variant_name(void) { return run()->name; }
const char *dl_variant_available(int index) { return available(index) ? available(index)->name : NULL; }
bool dl_variant_select(const char *name) {
  const dl_variant *variant = named(name);
  if (variant)
    atomic_store(&chosen, variant);
  return variant != NULL;
}

void dl_conv_pack_forward(const dl_conv_shape *s, const float *w, float *packed) {
  run()->conv_pack_forward(s, w, packed);
}
void dl_conv_pack_backward(const dl_conv_shape *s, const float *w, float *packed) {
  run()->conv_pack_backward(s, w, packed);
}
void dl_conv_forward(const dl_conv_shape *s, const float *x, const float *packed, const float *bias,
                     const float *residual, float *y, long images, float *scratch) {
  run()->conv_forward(s, x, packed, bias, residual, y, images, scratch);
}
void dl_conv_input_gradient(const dl_conv_shape *s, const float *dy, const float *packed, const float *residual,
                            float *dx, long images, float *scratch) {
  run()->conv_input_gradient(s, dy, packed, residual, dx, images, scratch);
}
void dl_conv_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, long images, long first,
                             long last, float *dw, float *scratch) {
  run()->conv_weight_gradient(s, x, dy, images, first, last, dw, scratch);
}
void dl_conv_bias_gradient(const dl_conv_shape *s, const float *dy, long images, float *db) {
  run()->conv_bias_gradient(s, dy, images, db);
}
void dl_moment_sums(const float *x, long images, long blocks, long pixels, const float *shift, double *sums) {
  run()->moment_sums(x, images, blocks, pixels, shift, sums);
}
void dl_scale_offset(const float *x, long images, long blocks, long pixels, const float *scale, const float *offset,
                     bool relu, float *y) {
  run()->scale_offset(x, images, blocks, pixels, scale, offset, relu, y);
}
void dl_gradient_sums(const float *x, const float *dy, long images, long blocks, long pixels, const float *scale,
                      const float *offset, const float *mean, bool relu, double *sums) {
  run()->gradient_sums(x, dy, images, blocks, pixels, scale, offset, mean, relu, sums);
}
void dl_scale_gradient(const float *x, const float *dy, long images, long blocks, long pixels, const float *scale,
                       const float *offset, const float *slope, const float *constant, bool relu, const float *residual,
                       float *dx) {
  run()->scale_gradient(x, dy, images, blocks, pixels, scale, offset, slope, constant, relu, residual, dx);
}
void dl_dual_posterior(const dl_dual *d, const float *x, long images, long blocks, long pixels, float *posterior) {
  run()->dual_posterior(d, x, images, blocks, pixels, posterior);
}
void dl_dual_forward(const dl_dual *d, const float *x, const float *posterior, long images, long blocks, long pixels,
                     float *y) {
  run()->dual_forward(d, x, posterior, images, blocks, pixels, y);
}
void dl_dual_cotangent(const dl_dual *d, const float *x, const float *dy, long images, long blocks, long pixels,
                       double nll_weight, bool clean, float *posterior) {
  run()->dual_cotangent(d, x, dy, images, blocks, pixels, nll_weight, clean, posterior);
}
void dl_dual_gradient_sums(const dl_dual *d, const float *x, const float *dy, const float *posterior, long images,
                           long blocks, long pixels, double *sums) {
  run()->dual_gradient_sums(d, x, dy, posterior, images, blocks, pixels, sums);
}
void dl_dual_gradient(const dl_dual *d, const float *x, const float *dy, const float *posterior, long images,
                      long blocks, long pixels, const float *constant, const float *slope, bool clean,
                      const float *residual, float *dx) {
  run()->dual_gradient(d, x, dy, posterior, images, blocks, pixels, constant, slope, clean, residual, dx);
}
void dl_global_average(const float *x, long images, long blocks, long pixels, float *y) {
  run()->global_average(x, images, blocks, pixels, y);
}
void dl_global_average_gradient(const float *dy, long images, long blocks, long pixels, float *dx) {
  run()->global_average_gradient(dy, images, blocks, pixels, dx);
}
void dl_linear(const float *x, const float *w, const float *b, long images, long stride, long outputs, float *y) {
  run()->linear(x, w, b, images, stride, outputs, y);
}
void dl_linear_input_gradient(const float *dy, const float *w, long images, long stride, long outputs, float *dx) {
  run()->linear_input_gradient(dy, w, images, stride, outputs, dx);
}
void dl_linear_weight_gradient(const float *x, const float *dy, long images, long stride, long outputs, float *dw,
                               float *db) {
  run()->linear_weight_gradient(x, dy, images, stride, outputs, dw, db);
}
void dl_relu(const float *x, long count, float *y) { run()->relu(x, count, y); }
void dl_relu_gradient(const float *x, const float *dy, long count, float *dx) {
  run()->relu_gradient(x, dy, count, dx);
}
void dl_add(const float *x, long count, float *y) { run()->add(x, count, y); }
void dl_add_relu(const float *a, const float *b, long count, float *y) { run()->add_relu(a, b, count, y); }
void dl_standardise(const float *x, long count, float mean, float inverse_deviation, float *y) {
  run()->standardise(x, count, mean, inverse_deviation, y);
}
void dl_scale(const float *x, long count, float factor, float *y) { run()->scale(x, count, factor, y); }
void dl_sgd(float *w, const float *g, float *v, long count, float lr, float mu, float wd, bool nesterov) {
  run()->sgd(w, g, v, count, lr, mu, wd, nesterov);
}
void dl_linf_step(float *v, const float *x, const float *g, long count, float alpha, float eps) {
  run()->linf_step(v, x, g, count, alpha, eps);
}
