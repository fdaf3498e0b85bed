// The kernels that are compiled once per CPU variant. Each is declared here and nowhere else:
//
//   KERNEL(name, (parameters), (arguments))    void dl_name(parameters)
//
// `arguments` repeats the names of the parameters, because C cannot derive them. Whoever includes this list defines
// KERNEL first: CKernels.h declares the functions, variant.h makes the table of pointers, body.h fills it for one
// variant, and dispatch.c defines dl_name as a call through the table. The kernels themselves are in body_*.h, under
// the same names without dl_. This file has no include guard, because it is included several times.

// ---- convolution ----

/// Packs blocked weights for the forward pass. To be repeated after every change of the weights.
KERNEL(conv_pack_forward, (const dl_conv_shape *shape, const float *weights, float *packed), (shape, weights, packed))
/// Packs blocked weights for the input gradient. To be repeated after every change of the weights.
KERNEL(conv_pack_backward, (const dl_conv_shape *shape, const float *weights, float *packed), (shape, weights, packed))
/// y = x * w (+ bias) (+ residual). bias [out padded] and residual [like y] may be NULL.
KERNEL(conv_forward,
       (const dl_conv_shape *shape, const float *x, const float *packed, const float *bias, const float *residual,
        float *y, long images, float *scratch),
       (shape, x, packed, bias, residual, y, images, scratch))
/// dx = dy * w^T (+ residual). residual [like dx] may be NULL or dx itself.
KERNEL(conv_input_gradient,
       (const dl_conv_shape *shape, const float *dy, const float *packed, const float *residual, float *dx, long images,
        float *scratch),
       (shape, dy, packed, residual, dx, images, scratch))
/// dw = sum over images of x (outer) dy, for the parts first ..< last of its rows; `count` leaves, a power of two, are
/// added as a binary tree. sums has dl_conv_sums_count floats.
KERNEL(conv_weight_gradient,
       (const dl_conv_shape *shape, const float *x, const float *dy, const dl_leaf *leaves, long count, long first,
        long last, float *dw, float *scratch, float *sums),
       (shape, x, dy, leaves, count, first, last, dw, scratch, sums))
/// db [out padded] = sum of dy over images and pixels, in the same tree.
KERNEL(conv_bias_gradient,
       (const dl_conv_shape *shape, const float *dy, const dl_leaf *leaves, long count, float *db),
       (shape, dy, leaves, count, db))

// ---- normalization with fused ReLU; blocked, pixels = H*W ----

/// sums[block][0][16] += sum(x - shift), sums[block][1][16] += sum((x - shift)^2), over images and pixels.
KERNEL(moment_sums, (const float *x, long images, long blocks, long pixels, const float *shift, double *sums),
       (x, images, blocks, pixels, shift, sums))
/// y = x*scale + offset, then max(., 0) if relu. scale and offset are [blocks*16]. y may be x.
KERNEL(scale_offset,
       (const float *x, long images, long blocks, long pixels, const float *scale, const float *offset, bool relu,
        float *y),
       (x, images, blocks, pixels, scale, offset, relu, y))
/// sums[block][0][16] += sum(g), sums[block][1][16] += sum(g*(x - mean)), where g = dy, or 0 if relu and
/// x*scale + offset <= 0.
KERNEL(gradient_sums,
       (const float *x, const float *dy, long images, long blocks, long pixels, const float *scale, const float *offset,
        const float *mean, bool relu, double *sums),
       (x, dy, images, blocks, pixels, scale, offset, mean, relu, sums))
/// dx = scale*g + slope*x + constant (+ residual), with g as in gradient_sums. dx may be dy. residual may be NULL.
KERNEL(scale_gradient,
       (const float *x, const float *dy, long images, long blocks, long pixels, const float *scale, const float *offset,
        const float *slope, const float *constant, bool relu, const float *residual, float *dx),
       (x, dy, images, blocks, pixels, scale, offset, slope, constant, relu, residual, dx))

// ---- dual normalization with fused ReLU; blocked, pixels = H*W; docs/algorithms.md §9 ----

/// posterior[image][3][pixels] = p (clean), 1 - p, s/temperature.
KERNEL(dual_posterior, (const dl_dual *dual, const float *x, long images, long blocks, long pixels, float *posterior),
       (dual, x, images, blocks, pixels, posterior))
/// y = w*(p*u_c + (1-p)*u_a) + b, then max(., 0) if relu.
KERNEL(dual_forward,
       (const dl_dual *dual, const float *x, const float *posterior, long images, long blocks, long pixels, float *y),
       (dual, x, posterior, images, blocks, pixels, y))
/// posterior[image][2][pixels] = derivative of the loss with respect to s: through y, plus nll_weight times that of the
/// NLL. The rows must be all clean or all adversarial.
KERNEL(dual_cotangent,
       (const dl_dual *dual, const float *x, const float *dy, long images, long blocks, long pixels, double nll_weight,
        bool clean, float *posterior),
       (dual, x, dy, images, blocks, pixels, nll_weight, clean, posterior))
/// To be called after dual_cotangent. With G_d the derivative with respect to u_d:
/// sums[block][6][16] += g, g*xhat, G_c, G_c*u_c, G_a, G_a*u_a; sums[blocks*6*16] += the derivative with respect to s.
KERNEL(dual_gradient_sums,
       (const dl_dual *dual, const float *x, const float *dy, const float *posterior, long images, long blocks,
        long pixels, double *sums),
       (dual, x, dy, posterior, images, blocks, pixels, sums))
/// To be called after dual_cotangent: dx = G_c*inverse_c + G_a*inverse_a + constant + slope*u_d (+ residual), where d
/// is the domain of the rows. constant and slope [blocks*16] are NULL if the statistics are fixed. dx may be dy.
/// residual may be NULL.
KERNEL(dual_gradient,
       (const dl_dual *dual, const float *x, const float *dy, const float *posterior, long images, long blocks,
        long pixels, const float *constant, const float *slope, bool clean, const float *residual, float *dx),
       (dual, x, dy, posterior, images, blocks, pixels, constant, slope, clean, residual, dx))

// ---- global average; blocked, pixels = H*W ----

/// y[image][blocks*16] = mean over the pixels.
KERNEL(global_average, (const float *x, long images, long blocks, long pixels, float *y),
       (x, images, blocks, pixels, y))
/// dx = dy/pixels at every pixel.
KERNEL(global_average_gradient, (const float *dy, long images, long blocks, long pixels, float *dx),
       (dy, images, blocks, pixels, dx))

// ---- linear layer; w is [outputs][stride], with stride >= inputs and zeros in the padding ----

/// y[image][outputs] = x[image][stride] w^T + b.
KERNEL(linear, (const float *x, const float *w, const float *b, long images, long stride, long outputs, float *y),
       (x, w, b, images, stride, outputs, y))
/// dx = dy w.
KERNEL(linear_input_gradient, (const float *dy, const float *w, long images, long stride, long outputs, float *dx),
       (dy, w, images, stride, outputs, dx))
/// Overwrites the outputs first ..< last of dw [outputs][stride] and db [outputs] with their sums over the images;
/// `count` leaves, a power of two, are added as a binary tree.
KERNEL(linear_weight_gradient,
       (const float *x, const float *dy, const dl_leaf *leaves, long count, long stride, long outputs, long first,
        long last, float *dw, float *db),
       (x, dy, leaves, count, stride, outputs, first, last, dw, db))

// ---- elementwise ----

/// y = max(x, 0). NaN stays NaN. y may be x.
KERNEL(relu, (const float *x, long count, float *y), (x, count, y))
/// dx = 0 where x <= 0, otherwise dy (also where x is NaN). dx may be dy.
KERNEL(relu_gradient, (const float *x, const float *dy, long count, float *dx), (x, dy, count, dx))
/// y = x*sigmoid(x), up to rounding. y may be x. count is a multiple of 16.
KERNEL(silu, (const float *x, long count, float *y), (x, count, y))
/// dx = dy*(s + x*s*(1 - s)) with s = sigmoid(x). dx may be dy. count is a multiple of 16.
KERNEL(silu_gradient, (const float *x, const float *dy, long count, float *dx), (x, dy, count, dx))
/// y += x.
KERNEL(add, (const float *x, long count, float *y), (x, count, y))
/// y = a + b, then max(., 0). y may be a or b.
KERNEL(add_relu, (const float *a, const float *b, long count, float *y), (a, b, count, y))
/// y = (x - mean)*inverse_deviation.
KERNEL(standardize, (const float *x, long count, float mean, float inverse_deviation, float *y),
       (x, count, mean, inverse_deviation, y))
/// y = x*factor.
KERNEL(scale, (const float *x, long count, float factor, float *y), (x, count, factor, y))

// ---- steps ----

/// v = mu*v + (g + wd*w); w -= lr*v, or with nesterov w -= lr*((g + wd*w) + mu*v). docs/algorithms.md §13.
KERNEL(sgd, (float *w, const float *g, float *v, long count, float lr, float mu, float wd, bool nesterov),
       (w, g, v, count, lr, mu, wd, nesterov))
/// v = clip01(clip(v + alpha*sign(g), x - eps, x + eps)), with sign(0) = 0. docs/algorithms.md §1.
KERNEL(linf_step, (float *v, const float *x, const float *g, long count, float alpha, float eps),
       (v, x, g, count, alpha, eps))

#undef KERNEL
