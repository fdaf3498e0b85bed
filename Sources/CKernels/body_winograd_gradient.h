// The weight gradient of body_winograd.h.

// The most leaves that are transformed together, and the sums that then wait for each other.
#define WINOGRAD_LEAVES 16
#define WINOGRAD_LEVELS 5

// Z = A dy A^T of the tiles first ..< last, which are some of the `count` tiles of z: z points to the first one's.
NOINLINE void winograd_gradient(const dl_conv_shape *s, const float *dy, long first, long last, long count, float *z) {
  static const float zero[DL_LANES];
  const tiling t = tiles_of(s);
  const long blocks = blocks_of(s->out_channels), stride = count * blocks * DL_LANES + GAP;
  for (long tile = first; tile < last; tile++) {
    const long image = tile / t.image, y0 = tile % t.image / t.columns * 4, x0 = tile % t.columns * 4;
    for (long b = 0; b < blocks; b++) {
      const float *plane = dy + (image * blocks + b) * out_pixels(s) * DL_LANES;
      float *out = z + (b * count + tile - first) * DL_LANES;
      for (int lane = 0; lane < DL_LANES; lane += PART_LANES) {
        part half[24];
        UNROLLED_FOR (int j = 0; j < 4; j++) {
          part column[4];
          UNROLLED_FOR (int i = 0; i < 4; i++) {
            const bool inside = y0 + i < s->out_height && x0 + j < s->out_width;
            column[i] = load_part((inside ? plane + ((y0 + i) * s->out_width + x0 + j) * DL_LANES : zero) + lane);
          }
          gradient_4(column, 1, half + j, 4);
        }
        UNROLLED_FOR (int i = 0; i < 6; i++) {
          part row[6];
          gradient_4(half + i * 4, 1, row, 1);
          UNROLLED_FOR (int j = 0; j < 6; j++)
            store_part(out + (i * 6 + j) * stride + lane, row[j]);
        }
      }
    }
  }
}

// dw = G^T dU G for one block of 16 inputs x 16 outputs. `stride` is the distance between dU[xi] and dU[xi + 1], `tap`
// the distance between the nine taps of dw.
static void winograd_weight_output(const float *du, long stride, float *dw, long tap) {
  for (long place = 0; place < DL_LANES * DL_LANES; place += PART_LANES) {
    part half[18];
    UNROLLED_FOR (int j = 0; j < 6; j++) {
      part column[6];
      UNROLLED_FOR (int i = 0; i < 6; i++)
        column[i] = load_part(du + place + (i * 6 + j) * stride);
      weight_6(column, 1, half + j, 6);
    }
    UNROLLED_FOR (int i = 0; i < 3; i++) {
      part row[3];
      weight_6(half + i * 6, 1, row, 1);
      UNROLLED_FOR (int j = 0; j < 3; j++)
        store_part(dw + place + (i * 3 + j) * tap, row[j]);
    }
  }
}

// How many leaves are transformed together: as many as fit into one group, a power of two. 1 also if one is too large.
static long winograd_leaves(const dl_conv_shape *s, const dl_leaf *leaves, long count) {
  const long tiles = largest_leaf(leaves, count) * tiles_of(s).image;
  long set = 1;
  while (set < count && set < WINOGRAD_LEAVES && 2 * set * tiles <= winograd_gradient_group(s))
    set *= 2;
  return set;
}

// V and Z of all tiles of some leaves.
static void winograd_transform_leaves(const dl_conv_shape *s, const float *x, const float *dy, const dl_leaf *leaves,
                                      long set, long tiles, long from, long ins, float *v, float *z) {
  const long image = tiles_of(s).image;
  for (long leaf = 0; leaf < set; leaf++) {
    for (int run = 0; run < 2; run++) {
      const long first = leaves[leaf].runs[run].start * image, last = first + leaves[leaf].runs[run].count * image;
      winograd_input(s, x, first, last, tiles, from, ins, v);
      winograd_gradient(s, dy, first, last, tiles, z);
      v += (last - first) * DL_LANES;
      z += (last - first) * DL_LANES;
    }
  }
}

// dw of leaves that fit into one group: the dU of a block is used as soon as it is computed, and never leaves the
// cache.
static void winograd_small_leaves(const dl_conv_shape *s, const float *x, const float *dy, const dl_leaf *leaves,
                                  long set, long from, long ins, float *dw, long pitch, float *scratch) {
  const long outs = blocks_of(s->out_channels), square = DL_LANES * DL_LANES, matrix = square + GAP;
  long ends[WINOGRAD_LEAVES], tiles = 0;
  for (long leaf = 0; leaf < set; leaf++)
    ends[leaf] = tiles += (leaves[leaf].runs[0].count + leaves[leaf].runs[1].count) * tiles_of(s).image;
  const long v_stride = tiles * ins * DL_LANES + GAP, z_stride = tiles * outs * DL_LANES + GAP;
  float *du = scratch, *v = du + 36 * matrix, *z = v + 36 * v_stride;
  winograd_transform_leaves(s, x, dy, leaves, set, tiles, from, ins, v, z);
  float sums[WINOGRAD_LEVELS][9 * DL_LANES * DL_LANES];
  for (long in = 0; in < ins; in++) {
    for (long out = 0; out < outs; out++) {
      float *taps = dw + (out * 9 * pitch + in) * square;
      for (long leaf = 0, start = 0; leaf < set; start = ends[leaf++]) {
        for (long xi = 0; xi < 36; xi++) {
          const float *columns = v + xi * v_stride + (in * tiles + start) * DL_LANES;
          const float *gradient = z + xi * z_stride + (out * tiles + start) * DL_LANES;
          outer(false, columns, gradient, ends[leaf] - start, du + xi * matrix);
        }
        if (set == 1) {
          winograd_weight_output(du, matrix, taps, pitch * square);
        } else {
          winograd_weight_output(du, matrix, sums[tree_waiting(leaf)], square);
          tree_add_arrays(sums[0], 9 * square, leaf);
        }
      }
      for (long tap = 0; set > 1 && tap < 9; tap++)
        memcpy(taps + tap * pitch * square, sums[0] + tap * square, sizeof(float) * (size_t)square);
    }
  }
}

// dw of one leaf with more tiles than a group.
static void winograd_large_leaf(const dl_conv_shape *s, const float *x, const float *dy, dl_leaf leaf, long from,
                                long ins, float *dw, long pitch, float *scratch) {
  const long outs = blocks_of(s->out_channels), square = DL_LANES * DL_LANES, matrix = ins * outs * square + GAP;
  float *du = scratch, *v = du + 36 * matrix;
  memset(du, 0, sizeof(float) * (size_t)(36 * matrix));
  for (int run = 0; run < 2; run++) {
    const cut groups = cut_of(leaf.runs[run].count * tiles_of(s).image, winograd_gradient_group(s));
    long first = leaf.runs[run].start * tiles_of(s).image;
    for (long group = 0, last; group < groups.tiles; group++, first = last) {
      const long tiles = groups.size + (group < groups.longer);
      const long v_stride = tiles * ins * DL_LANES + GAP, z_stride = tiles * outs * DL_LANES + GAP;
      float *z = v + 36 * v_stride;
      last = first + tiles;
      winograd_input(s, x, first, last, tiles, from, ins, v);
      winograd_gradient(s, dy, first, last, tiles, z);
      for (long xi = 0; xi < 36; xi++) {
        for (long in = 0; in < ins; in++) {
          const float *columns = v + xi * v_stride + in * tiles * DL_LANES;
          for (long out = 0; out < outs; out++) {
            const float *gradient = z + xi * z_stride + out * tiles * DL_LANES;
            outer(true, columns, gradient, tiles, du + xi * matrix + (in * outs + out) * square);
          }
        }
      }
    }
  }
  for (long in = 0; in < ins; in++) {
    for (long out = 0; out < outs; out++)
      winograd_weight_output(du + (in * outs + out) * square, matrix, dw + (out * 9 * pitch + in) * square,
                             pitch * square);
  }
}

// dw of the input blocks from ..< to: dU[xi] = V^T Z, summed over the tiles of a leaf, then G^T dU G. `pitch` is the
// number of input blocks of dw.
static void winograd_weight_gradient(const dl_conv_shape *s, const float *x, const float *dy, const dl_leaf *leaves,
                                     long set, long from, long to, float *dw, long pitch, float *scratch) {
  if (set * largest_leaf(leaves, set) * tiles_of(s).image <= winograd_gradient_group(s))
    winograd_small_leaves(s, x, dy, leaves, set, from, to - from, dw, pitch, scratch);
  else
    winograd_large_leaf(s, x, dy, leaves[0], from, to - from, dw, pitch, scratch);
}
