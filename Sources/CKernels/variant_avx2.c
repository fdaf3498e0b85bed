// AVX2 and FMA. Of the sixteen registers of 8 lanes, a micro-kernel uses twelve for the sums of 6 pixels x 16 outputs.
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#pragma clang attribute push(TARGET, apply_to = function)
#define VARIANT dl_avx2
#define VARIANT_NAME "avx2"
#define TILE_PIXELS 6
#define HALF_PIXELS 12
#define PANEL_BLOCKS 1
#define GRADIENT_ROWS 4
#define PART_LANES 8
#include "body.h"
#pragma clang attribute pop
#else
typedef int dl_avx2_is_for_x86;
#endif
