// Plain vectors, for every CPU: NEON on arm64, SSE2 on x86-64.
#define VARIANT dl_portable
#define VARIANT_NAME "portable"
#define TILE_PIXELS 4
#define HALF_PIXELS 8
#define PANEL_BLOCKS 1
#define GRADIENT_ROWS 4
#define PART_LANES 4
#include "body.h"
