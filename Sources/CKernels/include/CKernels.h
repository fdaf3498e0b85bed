// The public interface of CKernels: the hot loops of dualab, in C so that one source serves AVX-512, AVX2, NEON and any
// other CPU.
//
// Inside a network, activations are "blocked": [N][C/16][H][W][16], with channels padded with zeros to a multiple
// of 16. Images enter "planar": [N][C][H][W]. All counts are in floats. Buffers need no alignment. The kernels keep no
// state. They process one image after another, so the result for an image never depends on the other images of the
// batch.
#ifndef DUALAB_KERNELS_H
#define DUALAB_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DL_LANES 16

// ---- CPU variants ----

/// The variant in use: "avx512", "avx2" or "portable". This is the best one that the machine supports, or the one that
/// DUALAB_CPU names, if the machine supports it.
const char *dl_variant_name(void);
/// The variants that this machine supports, best first. NULL past the end.
const char *dl_variant_available(int index);
/// Switches the whole process to another variant, for tests and benchmarks. False if the machine does not support it.
bool dl_variant_select(const char *name);

// ---- sums over a batch ----

/// Neighboring images.
typedef struct {
  long start, count;
} dl_run;
/// A leaf of the tree in which sums over a batch are computed: images that are added in this order. Clean images and
/// the adversarial ones made of them are two runs. Both may be empty.
typedef struct {
  dl_run runs[2];
} dl_leaf;

// ---- the shape of a convolution ----

/// A convolution, in the sense of cross-correlation with zero padding: `padding` zeros in front of each row and column,
/// and behind it as many as the last output's window reaches.
typedef struct {
  int32_t in_channels, in_height, in_width;
  int32_t out_channels, out_height, out_width;
  int32_t kernel, stride, padding;
  bool planar;    // the input is planar images instead of blocked activations
  bool winograd;  // use F(4x4,3x3) instead of gather and product; requires dl_conv_suits_winograd
} dl_conv_shape;

/// True for 3x3, stride 1, padding 1 on blocked activations with more than 8 channels, if tiles of 4x4 outputs save
/// work. The rule depends on the shape alone: with a rule that looked at the batch or at timings, bits would differ
/// between batches and between runs.
bool dl_conv_suits_winograd(const dl_conv_shape *shape);

/// Number of row blocks of the weights, which are blocked as [out/16][row block][16 rows][16 outputs]. A row is one
/// input of the dot product:
///   planar input:                             row = (c*kernel + ky)*kernel + kx
///   up to 8 channels, blocked, not Winograd:  row = (ky*kernel + kx)*8 + c
///   otherwise:                                row block = (ky*kernel + kx)*(in/16) + channel block
long dl_conv_row_blocks(const dl_conv_shape *shape);
/// Number of floats in the blocked weights.
long dl_conv_weight_count(const dl_conv_shape *shape);
/// Index in the blocked weights of PyTorch's weight[out][in][ky][kx].
long dl_conv_weight_index(const dl_conv_shape *shape, int out, int in, int ky, int kx);
/// Number of floats of scratch memory that one call needs.
long dl_conv_scratch_count(const dl_conv_shape *shape);
/// Number of floats in the packed weights, for either direction.
long dl_conv_packed_count(const dl_conv_shape *shape);
/// Number of parts into which the rows of the weight gradient can be split.
long dl_conv_gradient_parts(const dl_conv_shape *shape);
/// True if these are too few to be shared out to threads.
bool dl_conv_gradient_by_images(const dl_conv_shape *shape);
/// Number of floats of memory for sums that dl_conv_weight_gradient needs for `parts` parts and `leaves` leaves.
long dl_conv_sums_count(const dl_conv_shape *shape, long parts, long leaves);

// ---- dual normalization, docs/algorithms.md §9 ----

/// Both sets of statistics and the affine map, each [blocks*16] with zeros in the padding.
/// inverse = 1/sqrt(variance + 1e-5).
typedef struct {
  const float *clean_mean, *clean_inverse, *adversarial_mean, *adversarial_inverse, *weight, *bias;
  double log_ratio;  // sum over the channels of log(sigma_adversarial/sigma_clean)
  double temperature;
  bool relu;
} dl_dual;

/// Number of sums per channel that the backward pass needs.
#define DL_DUAL_SUMS 6
/// Number of bins in the histogram of the posterior.
#define DL_DUAL_BINS 20

/// Adds what one image's posterior looks like to `gauge`: [0] the NLL, [1] the sum of p if the image is clean or [2] if
/// it is adversarial, [3] the number of pixels assigned to the true domain, [4] the number of pixels with p outside
/// .01 ... .99, [5 + bin] the number of pixels per bin.
void dl_dual_gauge(const float *posterior, long pixels, bool clean, double *gauge);

// ---- pooling over windows; blocked ----

/// Averages over window*window squares, with stride = window. Pixels that do not fill a square are left out.
void dl_average_pool(const float *x, long images, long blocks, long height, long width, long window, float *y);
/// The transpose of dl_average_pool.
void dl_average_pool_gradient(const float *dy, long images, long blocks, long height, long width, long window,
                              float *dx);
/// Maximum over window*window with stride 2 and (window - 1)/2 pixels of padding, which never win; the first of equal
/// values wins. index[output] is the winner's position in the image. y is dl_max_pool_size(height, window) high.
void dl_max_pool(const float *x, long images, long blocks, long height, long width, long window, float *y,
                 int32_t *index);
/// Number of windows along `side` pixels.
long dl_max_pool_size(long side, long window);
/// Sends every dy to the input that won.
void dl_max_pool_gradient(const float *dy, const int32_t *index, long images, long blocks, long height, long width,
                          long window, float *dx);
/// Averages to size*size outputs: output i covers the pixels floor(i*side/size) ..< ceil((i + 1)*side/size) of a side.
void dl_adaptive_pool(const float *x, long images, long blocks, long height, long width, long size, float *y);
/// The transpose of dl_adaptive_pool.
void dl_adaptive_pool_gradient(const float *dy, long images, long blocks, long height, long width, long size,
                               float *dx);

// ---- Swift closures without an allocation ----

/// A non-escaping Swift closure (task, worker), stored as the two words that it consists of. Swift itself could store
/// it only by copying it to the heap, which a thread pool would do for every loop. Valid until the function that
/// received the closure returns.
typedef struct {
  const void *function;
  void *context;
} dl_task;
/// Runs the closure.
void dl_task_run(const dl_task *task, ptrdiff_t number, ptrdiff_t worker);

// ---- plain references in double, planar: the fast kernels are tested against these ----

/// y = x * w (+ b); b may be NULL.
void dl_reference_conv(const dl_conv_shape *shape, const double *x, const double *w, const double *b, long images,
                       double *y);
/// dx = dy * w^T.
void dl_reference_conv_input_gradient(const dl_conv_shape *shape, const double *dy, const double *w, long images,
                                      double *dx);
/// dw = sum over images of x (outer) dy.
void dl_reference_conv_weight_gradient(const dl_conv_shape *shape, const double *x, const double *dy, long images,
                                       double *dw);

/// Dual normalization. clean[n] tells the domain of row n. mean and variance are [2][channels], adversarial first:
/// read, or if `train` computed over the rows of each domain. `forced` uses the true domain instead of the posterior,
/// as split normalization does. Returns the sum of the NLL.
double dl_reference_dual(const double *x, const double *w, const double *b, const unsigned char *clean, long images,
                         long channels, long pixels, double *mean, double *variance, bool train, double temperature,
                         bool forced, double *y);

// ---- the kernels that exist once per CPU variant ----

#define KERNEL(name, parameters, arguments) void dl_##name parameters;
#include "kernel_list.h"

#endif
