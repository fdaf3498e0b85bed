// The kernels of one CPU variant. Each variant_*.c includes this file once, inside its target attribute, after defining
//   VARIANT         the variant's table
//   VARIANT_NAME    its name
//   TILE_PIXELS     number of pixels whose sums a micro-kernel keeps in registers
//   HALF_PIXELS     the same for pixels with 8 outputs
//   PANEL_BLOCKS    number of blocks of 16 outputs that a micro-kernel computes at once
//   GRADIENT_ROWS   number of rows of a 16x16 block of weight gradient kept in registers
//   PART_LANES      number of lanes of one register; the Winograd transforms keep many values alive, so they process a
//                   block of 16 channels in parts of this size
#include <math.h>
#include <string.h>
#include "variant.h"

// Some variants have registers narrower than the vectors below. No vector crosses a call, so the ABI does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

// One block of 16 channels; `loose` types are the same in memory, without alignment.
typedef float vec __attribute__((ext_vector_type(16)));
typedef float loose __attribute__((ext_vector_type(16), aligned(4)));
typedef float part __attribute__((ext_vector_type(PART_LANES)));
typedef float loose_part __attribute__((ext_vector_type(PART_LANES), aligned(4)));
typedef int mask __attribute__((ext_vector_type(16)));
typedef double wide __attribute__((ext_vector_type(16)));
typedef double loose_wide __attribute__((ext_vector_type(16), aligned(8)));

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
// A loop whose number of iterations is constant after inlining.
#define UNROLLED_FOR(...) _Pragma("clang loop unroll(full)") for (__VA_ARGS__)

INLINE vec load(const float *p) { return *(const loose *)p; }
INLINE void store(float *p, vec v) { *(loose *)p = v; }
INLINE part load_part(const float *p) { return *(const loose_part *)p; }
INLINE void store_part(float *p, part v) { *(loose_part *)p = v; }
// v in the lanes that are set in the mask, +0 in the others.
INLINE vec where(mask m, vec v) { return (vec)((mask)v & m); }
// max(v, 0). NaN stays NaN.
INLINE vec positive(vec v) { return (vec)((mask)v & ~(v < (vec)0.0f)); }

// a*b + c, with one rounding if the CPU has such an instruction. On other CPUs, `__builtin_elementwise_fma` would call
// libm.
INLINE vec multiply_add(vec a, vec b, vec c) {
#pragma STDC FP_CONTRACT ON
  return a * b + c;
}
INLINE part multiply_add_part(part a, part b, part c) {
#pragma STDC FP_CONTRACT ON
  return a * b + c;
}
// The sum of the lanes, in the order of a tree: halves are added to each other.
INLINE float lane_sum(vec v) {
  typedef float eight __attribute__((ext_vector_type(8)));
  typedef float four __attribute__((ext_vector_type(4)));
  const eight e = v.lo + v.hi;
  const four f = e.lo + e.hi;
  return (f.x + f.z) + (f.y + f.w);
}

// The same sum of a vector that is stored in parts. Parts from `parts` on count as zeros.
INLINE float parts_sum(const part *v, const int parts) {
  vec whole = 0.0f;
  UNROLLED_FOR (int l = 0; l < DL_LANES / PART_LANES; l++) {
    if (l < parts) {
      UNROLLED_FOR (int i = 0; i < PART_LANES; i++)
        whole[l * PART_LANES + i] = v[l][i];
    }
  }
  return lane_sum(whole);
}

// A row of pixels cut into tiles. There are as few tiles as possible and their sizes differ by at most one: the first
// `longer` tiles have `size` + 1 pixels. The cut is computed once for many rows, because a tile with few inputs takes
// no longer than the two divisions.
typedef struct {
  long tiles, size, longer;
} cut;

// Cuts `count` pixels into tiles of at most `most`.
INLINE cut cut_of(long count, long most) {
  const long tiles = (count + most - 1) / most;
  return tiles ? (cut){tiles, count / tiles, count % tiles} : (cut){0, 0, 0};
}

// CASES(count, CASE, x) is CASE(1, x) ... CASE(count, x), the cases of a switch.
#define CASES_4(CASE, x) CASE(1, x) CASE(2, x) CASE(3, x) CASE(4, x)
#define CASES_6(CASE, x) CASES_4(CASE, x) CASE(5, x) CASE(6, x)
#define CASES_8(CASE, x) CASES_6(CASE, x) CASE(7, x) CASE(8, x)
#define CASES_12(CASE, x) CASES_8(CASE, x) CASE(9, x) CASE(10, x) CASE(11, x) CASE(12, x)
#define CASES_14(CASE, x) CASES_12(CASE, x) CASE(13, x) CASE(14, x)
#define CASES_(count, CASE, x) CASES_##count(CASE, x)
#define CASES(count, CASE, x) CASES_(count, CASE, x)

#include "body_tree.h"
#include "body_gather.h"
#include "body_gemm.h"
#include "body_direct.h"
#include "body_direct_gradient.h"
#include "body_winograd_transforms.h"
#include "body_winograd.h"
#include "body_winograd_gradient.h"
#include "body_conv.h"
#include "body_norm.h"
#include "body_dual.h"
#include "body_dense.h"
#include "body_elementwise.h"
#include "body_silu.h"

// The table of this variant.
const dl_variant VARIANT = {
    .name = VARIANT_NAME,
#define KERNEL(name, parameters, arguments) .name = name,
#include "include/kernel_list.h"
};
