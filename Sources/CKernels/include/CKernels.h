// The hot loops of dualab, stateless, in C so that one source serves AVX-512, AVX2, NEON and plain machines.
//
// Layout inside a network: [N][C/16][H][W][16], channels padded with zeros to a multiple of 16 ("blocked").
// Images enter as [N][C][H][W] ("planar"). All counts are in floats; all buffers may be unaligned.
// Every function works on whole images, one after another: an image's result never depends on its neighbours.
#ifndef DUALAB_KERNELS_H
#define DUALAB_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DL_LANES 16

// ---- which kernels run ----

// "avx512", "avx2" or "portable": the best this machine has, or the one DUALAB_CPU names if the machine has it.
const char *dl_variant_name(void);
// The names this machine can run, best first; NULL past the end.
const char *dl_variant_available(int index);
// Switches to another variant for the whole process; false when the machine does not have it. For tests and bench.
bool dl_variant_select(const char *name);

// ---- convolution: cross-correlation with zero padding ----

typedef struct {
  int32_t in_channels, in_height, in_width;
  int32_t out_channels, out_height, out_width;
  int32_t kernel, stride, padding;
  bool planar;   /* the input is planar images rather than blocked activations */
  bool winograd; /* by F(4x4,3x3) rather than gather and product; only where dl_conv_suits_winograd */
} dl_conv_shape;

// True for 3x3, stride 1, padding 1 on blocked activations of more than 8 channels where tiles of 4x4 outputs save
// work. A fixed rule of the shape: never of the batch or of a timing, or bits would differ between batches and runs.
bool dl_conv_suits_winograd(const dl_conv_shape *shape);

// Weights are kept blocked: [out/16][row block][16 rows][16 outputs]. A row is one input of the dot product: for
// blocked inputs row block = (ky*kernel + kx)*(in/16) + channel block, or with at most 8 channels and without Winograd
// row = (ky*kernel + kx)*8 + c; for planar ones row = (c*kernel + ky)*kernel + kx.
long dl_conv_row_blocks(const dl_conv_shape *shape);
long dl_conv_weight_count(const dl_conv_shape *shape);
// Index in the blocked weights of PyTorch's weight[out][in][ky][kx].
long dl_conv_weight_index(const dl_conv_shape *shape, int out, int in, int ky, int kx);
// Floats of scratch that one call needs.
long dl_conv_scratch_count(const dl_conv_shape *shape);
// Floats of the packed weights, for either direction.
long dl_conv_packed_count(const dl_conv_shape *shape);
// Into how many parts of its rows the weight gradient can be cut.
long dl_conv_gradient_parts(const dl_conv_shape *shape);
// True when the weight gradient is better cut by images, each with a sum of its own, than by parts.
bool dl_conv_gradient_by_images(const dl_conv_shape *shape);

// Packs blocked weights for the two directions; to be done after every change of the weights.
void dl_conv_pack_forward(const dl_conv_shape *shape, const float *weights, float *packed);
void dl_conv_pack_backward(const dl_conv_shape *shape, const float *weights, float *packed);

// y = x * w (+ bias) (+ residual); bias [out padded] and residual [as y] may be NULL.
void dl_conv_forward(const dl_conv_shape *shape, const float *x, const float *packed, const float *bias,
                     const float *residual, float *y, long images, float *scratch);
// dx = dy * w^T (+ residual); residual [as dx] may be NULL or dx itself.
void dl_conv_input_gradient(const dl_conv_shape *shape, const float *dy, const float *packed, const float *residual,
                            float *dx, long images, float *scratch);
// dw = sum over images of x (outer) dy, for the parts first ..< last of its rows.
void dl_conv_weight_gradient(const dl_conv_shape *shape, const float *x, const float *dy, long images, long first,
                             long last, float *dw, float *scratch);
// db[out padded] = sum of dy over images and pixels.
void dl_conv_bias_gradient(const dl_conv_shape *shape, const float *dy, long images, float *db);

// ---- normalisation with fused ReLU; blocked, `pixels` = H*W ----

// sums[block][0][16] += sum(x - shift), sums[block][1][16] += sum((x - shift)^2), over the images.
void dl_moment_sums(const float *x, long images, long blocks, long pixels, const float *shift, double *sums);
// y = x*scale + offset, then max(., 0) if relu; scale, offset [blocks*16]. y may be x.
void dl_scale_offset(const float *x, long images, long blocks, long pixels, const float *scale, const float *offset,
                     bool relu, float *y);
// sums[block][0][16] += sum(g), sums[block][1][16] += sum(g*(x - mean)), g = dy, or 0 where relu and x*scale+offset <=
// 0.
void dl_gradient_sums(const float *x, const float *dy, long images, long blocks, long pixels, const float *scale,
                      const float *offset, const float *mean, bool relu, double *sums);
// dx = scale*g + slope*x + constant (+ residual), g as above. dx may be dy. residual may be NULL.
void dl_scale_gradient(const float *x, const float *dy, long images, long blocks, long pixels, const float *scale,
                       const float *offset, const float *slope, const float *constant, bool relu, const float *residual,
                       float *dx);

// ---- dual normalisation with fused ReLU; blocked, `pixels` = H*W. ALGORITHMS 9 ----

// Both sets of statistics and the affine map, each [blocks*16], zeros in the padding; inverse = 1/sqrt(variance +
// 1e-5).
typedef struct {
  const float *clean_mean, *clean_inverse, *adversarial_mean, *adversarial_inverse, *weight, *bias;
  // Sum over the channels of log(sigma_adversarial/sigma_clean).
  double log_ratio;
  double temperature;
  bool relu;
} dl_dual;

// Sums a channel that the backward pass needs.
#define DL_DUAL_SUMS 6
// Bins of the posterior's histogram.
#define DL_DUAL_BINS 20

// posterior[image][3][pixels] = p (clean), 1 - p, s/temperature.
void dl_dual_posterior(const dl_dual *dual, const float *x, long images, long blocks, long pixels, float *posterior);
// y = w*(p*u_c + (1-p)*u_a) + b, then max(., 0) if relu.
void dl_dual_forward(const dl_dual *dual, const float *x, const float *posterior, long images, long blocks, long pixels,
                     float *y);
// posterior[image][2][pixels] = the loss's derivative with respect to s: through y, and nll_weight times that of the
// NLL of rows that are all clean or all adversarial.
void dl_dual_cotangent(const dl_dual *dual, const float *x, const float *dy, long images, long blocks, long pixels,
                       double nll_weight, bool clean, float *posterior);
// After dl_dual_cotangent: sums[block][6][16] += g, g*xhat, G_c, G_c*u_c, G_a, G_a*u_a with G_d the derivative with
// respect to u_d; sums[blocks*6*16] += the derivative with respect to s.
void dl_dual_gradient_sums(const dl_dual *dual, const float *x, const float *dy, const float *posterior, long images,
                           long blocks, long pixels, double *sums);
// After dl_dual_cotangent: dx = G_c*inverse_c + G_a*inverse_a + constant + slope*u_d (+ residual), d the rows' domain.
// constant and slope [blocks*16] are NULL where the statistics are fixed. dx may be dy. residual may be NULL.
void dl_dual_gradient(const dl_dual *dual, const float *x, const float *dy, const float *posterior, long images,
                      long blocks, long pixels, const float *constant, const float *slope, bool clean,
                      const float *residual, float *dx);
// Of one image's posterior: gauge[0] += NLL, [1 or 2] += p of clean or adversarial pixels, [3] += pixels on the right
// side, [4] += pixels outside .01 ... .99, [5 + bin] += pixels.
void dl_dual_gauge(const float *posterior, long pixels, bool clean, double *gauge);

// ---- pooling; blocked ----

// y[image][blocks*16] = mean over the pixels.
void dl_global_average(const float *x, long images, long blocks, long pixels, float *y);
void dl_global_average_gradient(const float *dy, long images, long blocks, long pixels, float *dx);
// Average over window*window squares, stride = window; what does not fill a square is left out.
void dl_average_pool(const float *x, long images, long blocks, long height, long width, long window, float *y);
void dl_average_pool_gradient(const float *dy, long images, long blocks, long height, long width, long window,
                              float *dx);
// 3x3, stride 2, padding 1; the first of equal values wins. index[output] = the winner's place in the image.
void dl_max_pool(const float *x, long images, long blocks, long height, long width, float *y, int32_t *index);
void dl_max_pool_gradient(const float *dy, const int32_t *index, long images, long blocks, long height, long width,
                          float *dx);

// ---- linear: y[image][outputs] = x[image][stride] w^T + b; w is [outputs][stride], stride >= inputs, padded with 0
// ----

void dl_linear(const float *x, const float *w, const float *b, long images, long stride, long outputs, float *y);
void dl_linear_input_gradient(const float *dy, const float *w, long images, long stride, long outputs, float *dx);
// Sums over the images into dw [outputs][stride] and db [outputs], which are overwritten.
void dl_linear_weight_gradient(const float *x, const float *dy, long images, long stride, long outputs, float *dw,
                               float *db);

// ---- elementwise ----

// y = max(x, 0); y may be x. NaN stays NaN.
void dl_relu(const float *x, long count, float *y);
// dx = 0 where x <= 0, else dy, also where x is NaN. dx may be dy.
void dl_relu_gradient(const float *x, const float *dy, long count, float *dx);
// y += x.
void dl_add(const float *x, long count, float *y);
// y = a + b, then max(., 0). y may be a or b.
void dl_add_relu(const float *a, const float *b, long count, float *y);
// y = (x - mean)*inverse_deviation on `count` floats.
void dl_standardise(const float *x, long count, float mean, float inverse_deviation, float *y);
// y = x*factor.
void dl_scale(const float *x, long count, float factor, float *y);

// ---- steps ----

// v = mu*v + (g + wd*w); w -= lr*v, or with nesterov w -= lr*((g + wd*w) + mu*v). ALGORITHMS 13.
void dl_sgd(float *w, const float *g, float *v, long count, float lr, float mu, float wd, bool nesterov);
// v = clip01(clip(v + alpha*sign(g), x - eps, x + eps)); sign(0) = 0. ALGORITHMS 1.
void dl_linf_step(float *v, const float *x, const float *g, long count, float alpha, float eps);

// ---- Swift closures without an allocation ----

// A Swift closure (task, worker) that does not escape, as the two words it consists of. Swift itself can keep such a
// closure only by copying it to the heap, which a pool would do for every loop. Valid while the function that received
// the closure has not returned.
typedef struct {
  const void *function;
  void *context;
} dl_task;
// Runs it.
void dl_task_run(const dl_task *task, ptrdiff_t number, ptrdiff_t worker);

// ---- plain references, in double, planar; what the fast kernels are tested against ----

void dl_reference_conv(const dl_conv_shape *shape, const double *x, const double *w, const double *b, long images,
                       double *y);
void dl_reference_conv_input_gradient(const dl_conv_shape *shape, const double *dy, const double *w, long images,
                                      double *dx);
void dl_reference_conv_weight_gradient(const dl_conv_shape *shape, const double *x, const double *dy, long images,
                                       double *dw);

// Dual normalisation, planar. clean[n] tells the rows' domains; mean, variance [2][channels], adversarial first: read,
// or computed over the rows of each domain if `train`. `forced`: the true domain instead of the posterior (split).
// Returns the NLL's sum.
double dl_reference_dual(const double *x, const double *w, const double *b, const unsigned char *clean, long images,
                         long channels, long pixels, double *mean, double *variance, bool train, double temperature,
                         bool forced, double *y);

#endif
