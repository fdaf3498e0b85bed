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

static void conv_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, long images, long first,
                                 long last, float *dw, float *scratch) {
  if (s->winograd) {
    winograd_weight_gradient(s, x, dy, images, first, last, dw, scratch);
    return;
  }
  if (direct(s)) {
    direct_weight_gradient(s, x, dy, images, first, last, dw, scratch);
    return;
  }
  const long rows = row_blocks_of(s), outs = blocks_of(s->out_channels), pixels = out_pixels(s);
  const long square = DL_LANES * DL_LANES;
  for (long out = 0; out < outs; out++)
    memset(dw + (out * rows + first) * square, 0, sizeof(float) * (size_t)((last - first) * square));
  for (long n = 0; n < images; n++, x += in_floats(s), dy += out_floats(s)) {
    for (long p0 = 0; p0 < pixels; p0 += DL_PIXEL_BLOCK) {
      const long p1 = p0 + DL_PIXEL_BLOCK < pixels ? p0 + DL_PIXEL_BLOCK : pixels, count = p1 - p0;
      gather(s, x, p0, p1, first, last, scratch);
      for (long row = first; row < last; row++) {
        const float *columns = scratch + (row - first) * count * DL_LANES;
        for (long out = 0; out < outs; out++)
          outer(columns, dy + (out * pixels + p0) * DL_LANES, count, dw + (out * rows + row) * square);
      }
    }
  }
}

static void conv_bias_gradient(const dl_conv_shape *s, const float *dy, long images, float *db) {
  const long outs = blocks_of(s->out_channels), pixels = out_pixels(s);
  for (long out = 0; out < outs; out++) {
    vec sum = 0.0f;
    for (long n = 0; n < images; n++) {
      vec image = 0.0f;
      for (long p = 0; p < pixels; p++)
        image += load(dy + n * out_floats(s) + (out * pixels + p) * DL_LANES);
      sum += image;
    }
    store(db + out * DL_LANES, sum);
  }
}
