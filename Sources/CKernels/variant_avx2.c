// AVX2 and FMA: sixteen registers of 8, so 6 pixels x 16 outputs are kept in twelve.
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#pragma clang attribute push(TARGET, apply_to = function)
#define TILE_PIXELS 6
#define HALF_PIXELS 12
#define PANEL_BLOCKS 1
#define GRADIENT_ROWS 4
#define PART_LANES 8
#include "body.h"
#pragma clang attribute pop
const dl_variant dl_avx2 = VARIANT_TABLE("avx2");
#else
typedef int dl_avx2_is_for_x86;
#endif
