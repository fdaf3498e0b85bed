// The definition of a convolution and its gradients, in double and planar, which the kernels are tested against:
//   y[o, p] = sum over i, k of w[o, i, k] * x[i, p*stride + k - padding]
#include <string.h>
#include "include/CKernels.h"

// Runs `use` for every (image, out, oy, ox, in, ky, kx) whose input is inside the image.
#define EVERY_PRODUCT(use)                                                                               \
  for (long n = 0; n < images; n++)                                                                      \
    for (long o = 0; o < s->out_channels; o++)                                                           \
      for (long oy = 0; oy < s->out_height; oy++)                                                        \
        for (long ox = 0; ox < s->out_width; ox++)                                                       \
          for (long i = 0; i < s->in_channels; i++)                                                      \
            for (long ky = 0; ky < s->kernel; ky++)                                                      \
              for (long kx = 0; kx < s->kernel; kx++) {                                                  \
                const long iy = oy * s->stride + ky - s->padding, ix = ox * s->stride + kx - s->padding; \
                if (iy < 0 || iy >= s->in_height || ix < 0 || ix >= s->in_width)                         \
                  continue;                                                                              \
                const long at_x = ((n * s->in_channels + i) * s->in_height + iy) * s->in_width + ix;     \
                const long at_w = ((o * s->in_channels + i) * s->kernel + ky) * s->kernel + kx;          \
                const long at_y = ((n * s->out_channels + o) * s->out_height + oy) * s->out_width + ox;  \
                use;                                                                                     \
              }

void dl_reference_conv(const dl_conv_shape *s, const double *x, const double *w, const double *b, long images,
                       double *y) {
  const long pixels = (long)s->out_height * s->out_width;
  for (long j = 0; j < images * s->out_channels * pixels; j++)
    y[j] = b ? b[j / pixels % s->out_channels] : 0;
  EVERY_PRODUCT(y[at_y] += w[at_w] * x[at_x])
}

void dl_reference_conv_input_gradient(const dl_conv_shape *s, const double *dy, const double *w, long images,
                                      double *dx) {
  memset(dx, 0, sizeof(double) * (size_t)(images * s->in_channels * s->in_height * s->in_width));
  EVERY_PRODUCT(dx[at_x] += w[at_w] * dy[at_y])
}

void dl_reference_conv_weight_gradient(const dl_conv_shape *s, const double *x, const double *dy, long images,
                                       double *dw) {
  memset(dw, 0, sizeof(double) * (size_t)((long)s->out_channels * s->in_channels * s->kernel * s->kernel));
  EVERY_PRODUCT(dw[at_w] += x[at_x] * dy[at_y])
}
