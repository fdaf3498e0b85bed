// The table of kernels that exist once per CPU variant; each variant's file fills one.
#ifndef DUALAB_VARIANT_H
#define DUALAB_VARIANT_H

#include "include/CKernels.h"

typedef struct {
  const char *name;
  void (*conv_pack_forward)(const dl_conv_shape *, const float *, float *);
  void (*conv_pack_backward)(const dl_conv_shape *, const float *, float *);
  void (*conv_forward)(const dl_conv_shape *, const float *, const float *, const float *, const float *, float *, long,
                       float *);
  void (*conv_input_gradient)(const dl_conv_shape *, const float *, const float *, const float *, float *, long,
                              float *);
  void (*conv_weight_gradient)(const dl_conv_shape *, const float *, const float *, long, long, long, float *, float *);
  void (*conv_bias_gradient)(const dl_conv_shape *, const float *, long, float *);
  void (*moment_sums)(const float *, long, long, long, const float *, double *);
  void (*scale_offset)(const float *, long, long, long, const float *, const float *, bool, float *);
  void (*gradient_sums)(const float *, const float *, long, long, long, const float *, const float *, const float *,
                        bool, double *);
  void (*scale_gradient)(const float *, const float *, long, long, long, const float *, const float *, const float *,
                         const float *, bool, const float *, float *);
  void (*dual_posterior)(const dl_dual *, const float *, long, long, long, float *);
  void (*dual_forward)(const dl_dual *, const float *, const float *, long, long, long, float *);
  void (*dual_cotangent)(const dl_dual *, const float *, const float *, long, long, long, double, bool, float *);
  void (*dual_gradient_sums)(const dl_dual *, const float *, const float *, const float *, long, long, long, double *);
  void (*dual_gradient)(const dl_dual *, const float *, const float *, const float *, long, long, long, const float *,
                        const float *, bool, const float *, float *);
  void (*global_average)(const float *, long, long, long, float *);
  void (*global_average_gradient)(const float *, long, long, long, float *);
  void (*linear)(const float *, const float *, const float *, long, long, long, float *);
  void (*linear_input_gradient)(const float *, const float *, long, long, long, float *);
  void (*linear_weight_gradient)(const float *, const float *, long, long, long, float *, float *);
  void (*relu)(const float *, long, float *);
  void (*relu_gradient)(const float *, const float *, long, float *);
  void (*add)(const float *, long, float *);
  void (*add_relu)(const float *, const float *, long, float *);
  void (*standardise)(const float *, long, float, float, float *);
  void (*scale)(const float *, long, float, float *);
  void (*sgd)(float *, const float *, float *, long, float, float, float, bool);
  void (*linf_step)(float *, const float *, const float *, long, float, float);
} dl_variant;

extern const dl_variant dl_portable;
#if defined(__x86_64__)
extern const dl_variant dl_avx2;
extern const dl_variant dl_avx512;
#endif

#endif
