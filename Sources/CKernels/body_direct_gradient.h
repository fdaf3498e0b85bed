// The gradients of direct convolution (body_direct.h). Input pixels whose positions have the same remainder modulo the
// stride form a phase. They were multiplied by the same taps, and adjacent ones contributed to adjacent outputs. So
// within a phase, the input gradient is a convolution with stride 1 of the output gradient.

// A phase f in one direction. Its pixels were multiplied by `count` taps: kx = first, first + stride, ... Pixel
// f + stride*j contributed to the outputs last + j, last + j - 1, ...
typedef struct {
  long first, count, last;
} phase;

INLINE phase phase_of(const dl_conv_shape *s, long f) {
  const long first = (f + s->padding) % s->stride, last = (f + s->padding) / s->stride;
  const long count = first < s->kernel ? (s->kernel - first + s->stride - 1) / s->stride : 0;
  return (phase){first, count, last};
}

// ---- blocked inputs ----

// Phase by phase: [out block][outputs it contributed to, ascending, in both directions][16 outputs][16 inputs].
static void direct_pack_backward(const dl_conv_shape *s, const float *weights, float *packed) {
  const long outs = blocks_of(s->out_channels), rows = row_blocks_of(s) * DL_LANES;
  for (long fy = 0; fy < s->stride; fy++) {
    for (long fx = 0; fx < s->stride; fx++) {
      const phase v = phase_of(s, fy), h = phase_of(s, fx);
      for (long out = 0; out < outs; out++) {
        for (long i = v.count - 1; i >= 0; i--) {
          for (long j = h.count - 1; j >= 0; j--) {
            for (long o = 0; o < DL_LANES; o++, packed += DL_LANES) {
              const long tap = (v.first + i * s->stride) * s->kernel + h.first + j * s->stride;
              for (long c = 0; c < DL_LANES; c++)
                packed[c] = c < 8 ? weights[(out * rows + tap * 8 + c) * DL_LANES + o] : 0;
            }
          }
        }
      }
    }
  }
}

static void direct_input_gradient(const dl_conv_shape *s, const float *dy, const float *packed, const float *residual,
                                  float *dx, long images, float *scratch) {
  const frame f = gradient_frame(s);
  const long plane = frame_plane(f), line = frame_line(f), stride = s->stride;
  memset(scratch, 0, sizeof(float) * (size_t)(f.planes * plane));
  for (long n = 0; n < images; n++, dy += out_floats(s)) {
    frame_fill(f, dy, DL_LANES, scratch);
    const float *weights = packed;
    for (long fy = 0; fy < stride; fy++) {
      for (long fx = 0; fx < stride; fx++) {
        const phase v = phase_of(s, fy), h = phase_of(s, fx);
        const window w = {.planes = f.planes,
                          .plane = plane,
                          .lines = v.count,
                          .line = line,
                          .run = h.count * DL_LANES,
                          .pitch = DL_LANES};
        const cut tiles = cut_of((s->in_width - fx + stride - 1) / stride, HALF_PIXELS);
        const long top = f.border + v.last - v.count + 1, left = f.border + h.last - h.count + 1;
        const float *from = scratch + top * line + left * DL_LANES;
        for (long iy = fy; iy < s->in_height; iy += stride, from += line) {
          const long place = n * in_floats(s) + (iy * s->in_width + fx) * DL_LANES;
          direct_row(true, tiles, &w, from, weights, NULL, residual ? residual + place : NULL, dx + place,
                     stride * DL_LANES);
        }
        weights += f.planes * v.count * h.count * DL_LANES * DL_LANES;
      }
    }
  }
}

// ---- planar inputs ----

// `pixels` input pixels of one phase, one channel. The products stay in the lanes of 16 outputs, and the lanes are
// added at the end. `weights` points to the first tap of the phase.
INLINE void planar_tile(const int pixels, const int parts, const dl_conv_shape *s, const window *w, long kx_count,
                        long rows, const float *dy, const float *weights, const float *residual, float *dx) {
  part sum[HALF_PIXELS][ALL_PARTS];
  UNROLLED_FOR (int p = 0; p < pixels; p++) {
    UNROLLED_FOR (int l = 0; l < parts; l++)
      sum[p][l] = 0.0f;
  }
  for (long out = 0; out < w->planes; out++) {
    for (long i = 0; i < w->lines; i++) {
      const float *at = dy + out * w->plane - i * w->line;
      const float *tap = weights + (out * rows + i * s->stride * s->kernel) * DL_LANES;
      for (long j = 0; j < kx_count; j++, at -= DL_LANES, tap += s->stride * DL_LANES) {
        part weight[ALL_PARTS];
        UNROLLED_FOR (int l = 0; l < parts; l++)
          weight[l] = load_part(tap + l * PART_LANES);
        UNROLLED_FOR (int p = 0; p < pixels; p++) {
          UNROLLED_FOR (int l = 0; l < parts; l++)
            sum[p][l] = multiply_add_part(load_part(at + p * DL_LANES + l * PART_LANES), weight[l], sum[p][l]);
        }
      }
    }
  }
  UNROLLED_FOR (int p = 0; p < pixels; p++)
    dx[p * s->stride] = (residual ? residual[p * s->stride] : 0) + parts_sum(sum[p], parts);
}

#define PLANAR_CASE(n, parts)                                               \
  case n:                                                                   \
    planar_tile(n, parts, s, w, kx_count, rows, dy, weights, residual, dx); \
    break;
NOINLINE void planar_tiles(bool half, int pixels, const dl_conv_shape *s, const window *w, long kx_count, long rows,
                           const float *dy, const float *weights, const float *residual, float *dx) {
  if (half) {
    switch (pixels) { CASES(HALF_PIXELS, PLANAR_CASE, HALF_PARTS) }
  } else {
    switch (pixels) { CASES(TILE_PIXELS, PLANAR_CASE, ALL_PARTS) }
  }
}

// dx[c][iy][ix] = sum over taps and outputs of dy[out][oy][ox] * w[out][c][tap]. The weights are packed as for the
// forward pass.
static void planar_input_gradient(const dl_conv_shape *s, const float *dy, const float *weights, const float *residual,
                                  float *dx, long images, float *scratch) {
  const frame f = gradient_frame(s);
  const long plane = frame_plane(f), line = frame_line(f), stride = s->stride, rows = row_blocks_of(s) * DL_LANES;
  const bool half = s->out_channels <= 8;
  memset(scratch, 0, sizeof(float) * (size_t)(f.planes * plane));
  for (long n = 0; n < images; n++, dy += out_floats(s)) {
    frame_fill(f, dy, DL_LANES, scratch);
    for (long fy = 0; fy < stride; fy++) {
      for (long fx = 0; fx < stride; fx++) {
        const phase v = phase_of(s, fy), h = phase_of(s, fx);
        const window w = {.planes = f.planes, .plane = plane, .lines = v.count, .line = line};
        const cut tiles = cut_of((s->in_width - fx + stride - 1) / stride, half ? HALF_PIXELS : TILE_PIXELS);
        for (long c = 0; c < s->in_channels; c++) {
          const float *from = scratch + (f.border + v.last) * line + (f.border + h.last) * DL_LANES;
          const float *taps = weights + (c * taps_of(s) + v.first * s->kernel + h.first) * DL_LANES;
          for (long iy = fy; iy < s->in_height; iy += stride, from += line) {
            const long row = n * in_floats(s) + c * in_pixels(s) + iy * s->in_width + fx;
            for (long t = 0, first = 0, last; t < tiles.tiles; t++, first = last) {
              last = first + tiles.size + (t < tiles.longer);
              const long place = row + first * stride;
              planar_tiles(half, (int)(last - first), s, &w, h.count, rows, from + first * DL_LANES, taps,
                           residual ? residual + place : NULL, dx + place);
            }
          }
        }
      }
    }
  }
}

// ---- weights ----

// dw[row][16] += sum over outputs of dy times the input at position `row` of the window, for the rows of the row blocks
// first ..< last of one image, which is in the frame `start`. GRADIENT_ROWS rows at a time are kept in registers. Rows
// beyond the window stay 0. `rows` is the distance between the blocks of outputs.
static void direct_image_gradient(const dl_conv_shape *s, const float *start, const float *dy, long first, long last,
                                  float *dw, long rows) {
  const long outs = blocks_of(s->out_channels), pixels = out_pixels(s);
  const window w = input_window(s);
  const long real = w.planes * w.lines * w.run;
  for (long out = 0; out < outs; out++) {
    for (long row = first * DL_LANES; row < last * DL_LANES && row < real; row += GRADIENT_ROWS) {
      const float *under[GRADIENT_ROWS];
      vec sum[GRADIENT_ROWS];
      float *gradient = dw + (out * rows + row - first * DL_LANES) * DL_LANES;
      UNROLLED_FOR (int r = 0; r < GRADIENT_ROWS; r++) {
        const long at = row + r < real ? row + r : row;
        under[r] = start + at / (w.lines * w.run) * w.plane + at / w.run % w.lines * w.line + at % w.run;
        sum[r] = load(gradient + r * DL_LANES);
      }
      const float *g = dy + out * pixels * DL_LANES;
      for (long oy = 0; oy < s->out_height; oy++) {
        const long line = oy * s->stride * w.line;
        for (long ox = 0; ox < s->out_width; ox++, g += DL_LANES) {
          const vec value = load(g);
          UNROLLED_FOR (int r = 0; r < GRADIENT_ROWS; r++)
            sum[r] = multiply_add((vec)under[r][line + ox * w.pitch], value, sum[r]);
        }
      }
      UNROLLED_FOR (int r = 0; r < GRADIENT_ROWS; r++) {
        if (row + r < real)
          store(gradient + r * DL_LANES, sum[r]);
      }
    }
  }
}

// dw of the row blocks first ..< last, `pitch` row blocks from one block of outputs to the next.
static void direct_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, dl_leaf leaf, long first,
                                   long last, float *dw, long pitch, float *scratch) {
  const frame f = input_frame(s);
  for (long out = 0; out < blocks_of(s->out_channels); out++)
    memset(dw + out * pitch * DL_LANES * DL_LANES, 0, sizeof(float) * (size_t)((last - first) * DL_LANES * DL_LANES));
  memset(scratch, 0, sizeof(float) * (size_t)(f.planes * frame_plane(f)));
  for (int run = 0; run < 2; run++) {
    const long from = leaf.runs[run].start, to = from + leaf.runs[run].count;
    for (long n = from; n < to; n++) {
      frame_fill(f, x + n * in_floats(s), s->planar ? 1 : DL_LANES, scratch);
      direct_image_gradient(s, scratch + first_input(s), dy + n * out_floats(s), first, last, dw, pitch * DL_LANES);
    }
  }
}
