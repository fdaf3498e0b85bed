// AVX-512: thirty-two registers of 16, so 14 pixels x 32 outputs are kept in twenty-eight.
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#pragma clang attribute push(TARGET, apply_to = function)
#define TILE_PIXELS 14
#define HALF_PIXELS 14
#define PANEL_BLOCKS 2
#define GRADIENT_ROWS 16
#define PART_LANES 16
#include "body.h"
#pragma clang attribute pop
const dl_variant dl_avx512 = VARIANT_TABLE("avx512");
#else
typedef int dl_avx512_is_for_x86;
#endif
