// Direct convolution, without columns, for inputs with few channels: planar images, and blocked activations with up to
// 8 channels, which would leave half of a block unused. Inputs are read as single numbers from a copy with a border of
// zeros. Outputs are vectors, or half vectors if there are at most 8 output channels.

#define ALL_PARTS (DL_LANES / PART_LANES)
#define HALF_PARTS ((8 + PART_LANES - 1) / PART_LANES)

// The inputs of one output: `planes` planes of `lines` lines of `run` adjacent numbers. `plane` and `line` are
// distances from one plane or line to the next, `pitch` is the distance to the inputs of the next output in the row.
typedef struct {
  long planes, plane, lines, line, run, pitch;
} window;

// ---- borders ----

// An image with a border of zeros: [planes][height + 2*border][(width + 2*border)*lanes].
typedef struct {
  long planes, height, width, lanes, border;
} frame;

// Number of floats of one line, and of one plane.
INLINE long frame_line(frame f) { return (f.width + 2 * f.border) * f.lanes; }
INLINE long frame_plane(frame f) { return frame_line(f) * (f.height + 2 * f.border); }

// Copies an image into a frame and leaves the border as it is. If f.lanes < stride, it copies only the first 8 of every
// `stride` numbers.
NOINLINE void frame_fill(frame f, const float *x, long stride, float *padded) {
  for (long c = 0; c < f.planes; c++) {
    for (long y = 0; y < f.height; y++, x += f.width * stride) {
      float *to = padded + c * frame_plane(f) + (y + f.border) * frame_line(f) + f.border * f.lanes;
      if (f.lanes == stride) {
        memcpy(to, x, sizeof(float) * (size_t)(f.width * stride));
        continue;
      }
      for (long i = 0; i < f.width; i++)
        memcpy(to + i * 8, x + i * stride, sizeof(float) * 8);
    }
  }
}

// The input and its border.
INLINE frame input_frame(const dl_conv_shape *s) {
  return (frame){.planes = s->planar ? s->in_channels : 1,
                 .height = s->in_height,
                 .width = s->in_width,
                 .lanes = s->planar ? 1 : 8,
                 .border = input_border(s)};
}

// Where in that frame the window of the first output starts.
INLINE long first_input(const dl_conv_shape *s) {
  const frame f = input_frame(s);
  return (f.border - s->padding) * (frame_line(f) + f.lanes);
}

INLINE window input_window(const dl_conv_shape *s) {
  const frame f = input_frame(s);
  return (window){.planes = f.planes,
                  .plane = frame_plane(f),
                  .lines = s->kernel,
                  .line = frame_line(f),
                  .run = s->kernel * f.lanes,
                  .pitch = s->stride * f.lanes};
}

// The output gradient, with a border as wide as the taps of input pixels reach beyond its edges.
INLINE frame gradient_frame(const dl_conv_shape *s) {
  return (frame){.planes = blocks_of(s->out_channels),
                 .height = s->out_height,
                 .width = s->out_width,
                 .lanes = DL_LANES,
                 .border = gradient_border(s)};
}

// ---- tiles of outputs ----

// `pixels` outputs of one row: the sums over their windows of in * weights[position in the window][16]. Lanes beyond
// `parts` are set to zero. pixels, parts and pitch are constant in every call.
INLINE void direct_tile(const int pixels, const int parts, const long pitch, const long run, const window *w,
                        const float *in, const float *weights, const float *bias, const float *residual, float *out,
                        long out_pitch) {
  part sum[HALF_PIXELS][ALL_PARTS];
  UNROLLED_FOR (int p = 0; p < pixels; p++) {
    UNROLLED_FOR (int l = 0; l < parts; l++)
      sum[p][l] = bias ? load_part(bias + l * PART_LANES) : (part)0.0f;
  }
  for (long c = 0; c < w->planes; c++) {
    for (long k = 0; k < w->lines; k++) {
      const float *at = in + c * w->plane + k * w->line;
      for (long i = 0; i < run; i++, at++, weights += DL_LANES) {
        part weight[ALL_PARTS];
        UNROLLED_FOR (int l = 0; l < parts; l++)
          weight[l] = load_part(weights + l * PART_LANES);
        UNROLLED_FOR (int p = 0; p < pixels; p++) {
          UNROLLED_FOR (int l = 0; l < parts; l++)
            sum[p][l] = multiply_add_part((part)at[p * pitch], weight[l], sum[p][l]);
        }
      }
    }
  }
  UNROLLED_FOR (int p = 0; p < pixels; p++) {
    UNROLLED_FOR (int l = 0; l < ALL_PARTS; l++) {
      const long place = p * out_pitch + l * PART_LANES;
      const part value = l < parts ? sum[p][l] : (part)0.0f;
      store_part(out + place, residual ? value + load_part(residual + place) : value);
    }
  }
}

#define DIRECT_CASE(n, parts)                                                          \
  case n:                                                                              \
    direct_tile(n, parts, pitch, run, w, in, weights, bias, residual, out, out_pitch); \
    break;
#define DIRECT_TILES(name, most, parts)                                                                          \
  INLINE void name(const long pitch, const long run, int pixels, const window *w, const float *in,               \
                   const float *weights, const float *bias, const float *residual, float *out, long out_pitch) { \
    switch (pixels) { CASES(most, DIRECT_CASE, parts) }                                                          \
  }
DIRECT_TILES(direct_tiles_whole, TILE_PIXELS, ALL_PARTS)
DIRECT_TILES(direct_tiles_half, HALF_PIXELS, HALF_PARTS)

// The common pitches as constants, so that the inputs of a tile are at constant distances: planar (1, 2) and blocked
// (8, 16), each with stride 1 and 2. `three` is the run of a planar 3x3 filter. It is a constant for half tiles, where
// the overhead of a loop of three would equal its work.
#define PITCH_CASE(name, pitch, run)                                        \
  name(pitch, run, pixels, w, in, weights, bias, residual, out, out_pitch); \
  break
#define DIRECT_ROW(name, three)                                                                                   \
  NOINLINE void name##_row(int pixels, const window *w, const float *in, const float *weights, const float *bias, \
                           const float *residual, float *out, long out_pitch) {                                   \
    switch (w->pitch + (w->run == 3 ? 100 : 0)) {                                                                 \
      case 101:                                                                                                   \
        PITCH_CASE(name, 1, three);                                                                               \
      case 102:                                                                                                   \
        PITCH_CASE(name, 2, three);                                                                               \
      case 8:                                                                                                     \
        PITCH_CASE(name, 8, w->run);                                                                              \
      case 16:                                                                                                    \
        PITCH_CASE(name, 16, w->run);                                                                             \
      default:                                                                                                    \
        PITCH_CASE(name, w->pitch, w->run);                                                                       \
    }                                                                                                             \
  }
DIRECT_ROW(direct_tiles_whole, w->run)
DIRECT_ROW(direct_tiles_half, 3)

// One row of outputs, tile by tile.
static void direct_row(bool half, cut tiles, const window *w, const float *in, const float *weights, const float *bias,
                       const float *residual, float *out, long out_pitch) {
  for (long t = 0, first = 0, last; t < tiles.tiles; t++, first = last) {
    last = first + tiles.size + (t < tiles.longer);
    const int pixels = (int)(last - first);
    const long place = first * out_pitch;
    const float *from = in + first * w->pitch;
    const float *add = residual ? residual + place : NULL;
    if (half)
      direct_tiles_half_row(pixels, w, from, weights, bias, add, out + place, out_pitch);
    else
      direct_tiles_whole_row(pixels, w, from, weights, bias, add, out + place, out_pitch);
  }
}

// ---- forward ----

static void direct_forward(const dl_conv_shape *s, const float *x, const float *weights, const float *bias,
                           const float *residual, float *y, long images, float *scratch) {
  const long outs = blocks_of(s->out_channels), rows = row_blocks_of(s) * DL_LANES, pixels = out_pixels(s);
  const frame f = input_frame(s);
  const window w = input_window(s);
  const bool half = s->out_channels <= 8;
  const cut tiles = cut_of(s->out_width, half ? HALF_PIXELS : TILE_PIXELS);
  const float *start = scratch + first_input(s);
  memset(scratch, 0, sizeof(float) * (size_t)(f.planes * frame_plane(f)));
  for (long n = 0; n < images; n++, x += in_floats(s)) {
    frame_fill(f, x, s->planar ? 1 : DL_LANES, scratch);
    for (long out = 0; out < outs; out++) {
      for (long oy = 0; oy < s->out_height; oy++) {
        const long place = ((n * outs + out) * pixels + oy * s->out_width) * DL_LANES;
        direct_row(half, tiles, &w, start + oy * s->stride * w.line, weights + out * rows * DL_LANES,
                   bias ? bias + out * DL_LANES : NULL, residual ? residual + place : NULL, y + place, DL_LANES);
      }
    }
  }
}
