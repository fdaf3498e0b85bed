// AVX-512. Of its thirty-two registers of 16 lanes, a micro-kernel uses twenty-eight for the sums of 14 pixels x 32
// outputs.
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#pragma clang attribute push(TARGET, apply_to = function)
#define VARIANT dl_avx512
#define VARIANT_NAME "avx512"
#define TILE_PIXELS 14
#define HALF_PIXELS 14
#define PANEL_BLOCKS 2
#define GRADIENT_ROWS 16
#define PART_LANES 16
#include "body.h"
#pragma clang attribute pop
#else
typedef int dl_avx512_is_for_x86;
#endif
