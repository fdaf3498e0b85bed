// Convolution: each function picks the method for the shape, which is Winograd (body_winograd.h), direct
// (body_direct.h), or else a matrix product of gathered columns (body_gather.h, body_gemm.h).

static void conv_pack_forward(const dl_conv_shape *s, const float *w, float *packed) {
  if (s->winograd) {
    winograd_pack(s, w, false, packed);
    return;
  }
  if (direct(s)) {
    memcpy(packed, w, sizeof(float) * (size_t)dl_conv_weight_count(s));
    return;
  }
  const long rows = row_blocks_of(s), outs = blocks_of(s->out_channels);
  for (long block = 0; block < outs; block++) {
    for (long row = 0; row < rows * DL_LANES; row++) {
      const float *from = w + (block * rows * DL_LANES + row) * DL_LANES;
      store(packed + panel_index(rows, outs, row, block * DL_LANES), load(from));
    }
  }
}

// If the input gradient is a rotated convolution (conv_shape.h): its weights, from output to input channels, with
// rotated taps. Otherwise: the transposed matrix, whose rows are the output channels and whose outputs are the rows of
// the forward product.
static void conv_pack_backward(const dl_conv_shape *s, const float *w, float *packed) {
  if (s->winograd) {
    winograd_pack(s, w, true, packed);
    return;
  }
  if (s->planar) {
    memcpy(packed, w, sizeof(float) * (size_t)dl_conv_weight_count(s));
    return;
  }
  if (narrow(s)) {
    direct_pack_backward(s, w, packed);
    return;
  }
  const long rows = row_blocks_of(s), taps = taps_of(s);
  const long outs = blocks_of(s->out_channels), ins = blocks_of(s->in_channels);
  for (long out = 0; out < outs * DL_LANES; out++) {
    for (long row = 0; row < rows * DL_LANES; row++) {
      const float value = w[((out / DL_LANES) * rows * DL_LANES + row) * DL_LANES + out % DL_LANES];
      if (rotated(s)) {
        const long tap = row / (ins * DL_LANES), in = row % (ins * DL_LANES);
        packed[panel_index(taps * outs, ins, (taps - 1 - tap) * outs * DL_LANES + out, in)] = value;
      } else {
        packed[panel_index(outs, rows, out, row)] = value;
      }
    }
  }
}

static void conv_forward(const dl_conv_shape *s, const float *x, const float *packed, const float *bias,
                         const float *residual, float *y, long images, float *scratch) {
  if (s->winograd) {
    winograd_forward(s, x, packed, bias, residual, y, images, scratch);
    return;
  }
  if (direct(s)) {
    direct_forward(s, x, packed, bias, residual, y, images, scratch);
    return;
  }
  const long rows = row_blocks_of(s), outs = blocks_of(s->out_channels), pixels = out_pixels(s);
  const bool unmoved = s->kernel == 1 && s->stride == 1 && s->padding == 0;
  for (long n = 0; n < images; n++, x += in_floats(s), y += out_floats(s)) {
    const float *res = residual ? residual + n * out_floats(s) : NULL;
    if (unmoved) {
      gemm(x, pixels * DL_LANES, rows, pixels, packed, outs, bias, res, y, pixels * DL_LANES);
      continue;
    }
    for (long p0 = 0; p0 < pixels; p0 += DL_PIXEL_BLOCK) {
      const long p1 = p0 + DL_PIXEL_BLOCK < pixels ? p0 + DL_PIXEL_BLOCK : pixels, count = p1 - p0;
      const long place = p0 * DL_LANES;
      const float *add = res ? res + place : NULL;
      gather(s, x, p0, p1, 0, rows, scratch);
      gemm(scratch, count * DL_LANES, rows, count, packed, outs, bias, add, y + place, pixels * DL_LANES);
    }
  }
}

static void conv_input_gradient(const dl_conv_shape *s, const float *dy, const float *packed, const float *residual,
                                float *dx, long images, float *scratch) {
  if (s->planar) {
    planar_input_gradient(s, dy, packed, residual, dx, images, scratch);
    return;
  }
  if (narrow(s)) {
    direct_input_gradient(s, dy, packed, residual, dx, images, scratch);
    return;
  }
  if (rotated(s)) {
    const dl_conv_shape t = rotated_shape(s);
    conv_forward(&t, dy, packed, NULL, residual, dx, images, scratch);
    return;
  }
  const long rows = row_blocks_of(s), outs = blocks_of(s->out_channels), pixels = out_pixels(s);
  for (long n = 0; n < images; n++, dy += out_floats(s), dx += in_floats(s)) {
    const size_t bytes = sizeof(float) * (size_t)in_floats(s);
    if (!residual)
      memset(dx, 0, bytes);
    else if (residual != dx)
      memcpy(dx, residual + n * in_floats(s), bytes);
    for (long p0 = 0; p0 < pixels; p0 += DL_PIXEL_BLOCK) {
      const long p1 = p0 + DL_PIXEL_BLOCK < pixels ? p0 + DL_PIXEL_BLOCK : pixels, count = p1 - p0;
      const float *from = dy + p0 * DL_LANES;
      gemm(from, pixels * DL_LANES, outs, count, packed, rows, NULL, NULL, scratch, count * DL_LANES);
      scatter(s, scratch, p0, p1, dx);
    }
    if (residual == dx)
      residual = dx + in_floats(s);
  }
}

// dw of the rows first ..< last, `pitch` row blocks from one block of outputs to the next.
static void gathered_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, dl_leaf leaf, long first,
                                     long last, float *dw, long pitch, float *scratch) {
  const long outs = blocks_of(s->out_channels), pixels = out_pixels(s), square = DL_LANES * DL_LANES;
  for (long out = 0; out < outs; out++)
    memset(dw + out * pitch * square, 0, sizeof(float) * (size_t)((last - first) * square));
  for (int run = 0; run < 2; run++) {
    const long from = leaf.runs[run].start, to = from + leaf.runs[run].count;
    for (long n = from; n < to; n++) {
      const float *gradient = dy + n * out_floats(s);
      for (long p0 = 0; p0 < pixels; p0 += DL_PIXEL_BLOCK) {
        const long p1 = p0 + DL_PIXEL_BLOCK < pixels ? p0 + DL_PIXEL_BLOCK : pixels, count = p1 - p0;
        gather(s, x + n * in_floats(s), p0, p1, first, last, scratch);
        for (long row = 0; row < last - first; row++) {
          const float *columns = scratch + row * count * DL_LANES;
          for (long out = 0; out < outs; out++)
            outer(true, columns, gradient + (out * pixels + p0) * DL_LANES, count, dw + (out * pitch + row) * square);
        }
      }
    }
  }
}

// dw of one leaf, or of several that are added already: the parts first ..< last, `pitch` parts from one block of
// outputs to the next.
INLINE void conv_leaf_gradient(const dl_conv_shape *s, const float *x, const float *dy, const dl_leaf *leaves,
                               long count, long first, long last, float *dw, long pitch, float *scratch) {
  if (s->winograd)
    winograd_weight_gradient(s, x, dy, leaves, count, first, last, dw, pitch, scratch);
  else if (direct(s))
    direct_weight_gradient(s, x, dy, leaves[0], first, last, dw, pitch, scratch);
  else
    gathered_weight_gradient(s, x, dy, leaves[0], first, last, dw, pitch, scratch);
}

static void conv_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, const dl_leaf *leaves,
                                 long count, long first, long last, float *dw, float *scratch, float *sums) {
  const long square = DL_LANES * DL_LANES, outs = blocks_of(s->out_channels), all = dl_conv_gradient_parts(s);
  const long taps = s->winograd ? taps_of(s) : 1, line = taps * (last - first) * square;
  // Several leaves at once where that is faster.
  const long set = s->winograd ? winograd_leaves(s, leaves, count) : 1;
  float *target = dw + first * square;
  if (set == count) {
    conv_leaf_gradient(s, x, dy, leaves, set, first, last, target, all, scratch);
    return;
  }
  for (long i = 0; i < count / set; i++) {
    float *sum = sums + tree_waiting(i) * outs * line;
    conv_leaf_gradient(s, x, dy, leaves + i * set, set, first, last, sum, last - first, scratch);
    tree_add_arrays(sums, outs * line, i);
  }
  for (long out = 0; out < outs; out++) {
    for (long tap = 0; tap < taps; tap++)
      memcpy(target + (out * taps + tap) * all * square, sums + (out * taps + tap) * (last - first) * square,
             sizeof(float) * (size_t)((last - first) * square));
  }
}

static void conv_bias_gradient(const dl_conv_shape *s, const float *dy, const dl_leaf *leaves, long count, float *db) {
  const long outs = blocks_of(s->out_channels), pixels = out_pixels(s);
  vec stack[TREE_LEVELS];
  for (long out = 0; out < outs; out++) {
    for (long leaf = 0; leaf < count; leaf++) {
      vec sum = 0.0f;
      for (int run = 0; run < 2; run++) {
        const long from = leaves[leaf].runs[run].start, to = from + leaves[leaf].runs[run].count;
        for (long n = from; n < to; n++) {
          vec image = 0.0f;
          for (long p = 0; p < pixels; p++)
            image += load(dy + n * out_floats(s) + (out * pixels + p) * DL_LANES);
          sum += image;
        }
      }
      stack[tree_waiting(leaf)] = sum;
      tree_add(stack, leaf);
    }
    store(db + out * DL_LANES, stack[0]);
  }
}
