// Pooling over windows. It takes a small share of the time, so one plain version serves every CPU.
#include <math.h>
#include <string.h>
#include "include/CKernels.h"

void dl_average_pool(const float *x, long images, long blocks, long height, long width, long window, float *y) {
  const long oh = height / window, ow = width / window;
  const float share = 1.0f / (float)(window * window);
  for (long i = 0; i < images * blocks; i++, x += height * width * DL_LANES) {
    for (long oy = 0; oy < oh; oy++) {
      for (long ox = 0; ox < ow; ox++, y += DL_LANES) {
        for (int c = 0; c < DL_LANES; c++) {
          float sum = 0;
          for (long dy = 0; dy < window; dy++) {
            for (long dx = 0; dx < window; dx++)
              sum += x[((oy * window + dy) * width + ox * window + dx) * DL_LANES + c];
          }
          y[c] = sum * share;
        }
      }
    }
  }
}

void dl_average_pool_gradient(const float *dy, long images, long blocks, long height, long width, long window,
                              float *dx) {
  const long oh = height / window, ow = width / window;
  const float share = 1.0f / (float)(window * window);
  memset(dx, 0, sizeof(float) * (size_t)(images * blocks * height * width * DL_LANES));
  for (long i = 0; i < images * blocks; i++, dx += height * width * DL_LANES) {
    for (long oy = 0; oy < oh; oy++) {
      for (long ox = 0; ox < ow; ox++, dy += DL_LANES) {
        for (long a = 0; a < window; a++) {
          for (long b = 0; b < window; b++) {
            for (int c = 0; c < DL_LANES; c++)
              dx[((oy * window + a) * width + ox * window + b) * DL_LANES + c] = dy[c] * share;
          }
        }
      }
    }
  }
}

long dl_max_pool_size(long side, long window) { return (side + 2 * ((window - 1) / 2) - window) / 2 + 1; }

// Compares a pixel of 16 channels with the best so far. As in PyTorch, NaN wins, so that pooling does not hide it.
static void take_larger(const float *x, int32_t place, float *best, int32_t *winner) {
  for (int c = 0; c < DL_LANES; c++) {
    const bool wins = winner[c] < 0 || x[c] > best[c] || (isnan(x[c]) && !isnan(best[c]));
    best[c] = wins ? x[c] : best[c];
    winner[c] = wins ? place : winner[c];
  }
}

void dl_max_pool(const float *x, long images, long blocks, long height, long width, long window, float *y,
                 int32_t *index) {
  const long oh = dl_max_pool_size(height, window), ow = dl_max_pool_size(width, window), padding = (window - 1) / 2;
  for (long i = 0; i < images * blocks; i++, x += height * width * DL_LANES) {
    for (long oy = 0; oy < oh; oy++) {
      const long top = oy * 2 - padding, y0 = top > 0 ? top : 0;
      const long y1 = top + window < height ? top + window : height;
      for (long ox = 0; ox < ow; ox++, y += DL_LANES, index += DL_LANES) {
        const long left = ox * 2 - padding, x0 = left > 0 ? left : 0;
        const long x1 = left + window < width ? left + window : width;
        for (int c = 0; c < DL_LANES; c++)
          index[c] = -1;
        for (long iy = y0; iy < y1; iy++) {
          for (long ix = x0; ix < x1; ix++)
            take_larger(x + (iy * width + ix) * DL_LANES, (int32_t)(iy * width + ix), y, index);
        }
      }
    }
  }
}

void dl_max_pool_gradient(const float *dy, const int32_t *index, long images, long blocks, long height, long width,
                          long window, float *dx) {
  const long outputs = dl_max_pool_size(height, window) * dl_max_pool_size(width, window);
  memset(dx, 0, sizeof(float) * (size_t)(images * blocks * height * width * DL_LANES));
  for (long i = 0; i < images * blocks; i++, dx += height * width * DL_LANES) {
    for (long o = 0; o < outputs; o++, dy += DL_LANES, index += DL_LANES) {
      for (int c = 0; c < DL_LANES; c++)
        dx[index[c] * DL_LANES + c] += dy[c];
    }
  }
}

// The pixels that output `i` of `size` covers along a side.
typedef struct {
  long first, last;
} span;

static span adaptive_span(long i, long side, long size) {
  return (span){i * side / size, ((i + 1) * side + size - 1) / size};
}

void dl_adaptive_pool(const float *x, long images, long blocks, long height, long width, long size, float *y) {
  for (long i = 0; i < images * blocks; i++, x += height * width * DL_LANES) {
    for (long o = 0; o < size * size; o++, y += DL_LANES) {
      const span v = adaptive_span(o / size, height, size), h = adaptive_span(o % size, width, size);
      const float share = 1.0f / (float)((v.last - v.first) * (h.last - h.first));
      float sum[DL_LANES] = {0};
      for (long iy = v.first; iy < v.last; iy++) {
        for (long ix = h.first; ix < h.last; ix++) {
          for (int c = 0; c < DL_LANES; c++)
            sum[c] += x[(iy * width + ix) * DL_LANES + c];
        }
      }
      for (int c = 0; c < DL_LANES; c++)
        y[c] = sum[c] * share;
    }
  }
}

void dl_adaptive_pool_gradient(const float *dy, long images, long blocks, long height, long width, long size,
                               float *dx) {
  memset(dx, 0, sizeof(float) * (size_t)(images * blocks * height * width * DL_LANES));
  for (long i = 0; i < images * blocks; i++, dx += height * width * DL_LANES) {
    for (long o = 0; o < size * size; o++, dy += DL_LANES) {
      const span v = adaptive_span(o / size, height, size), h = adaptive_span(o % size, width, size);
      const float share = 1.0f / (float)((v.last - v.first) * (h.last - h.first));
      for (long iy = v.first; iy < v.last; iy++) {
        for (long ix = h.first; ix < h.last; ix++) {
          for (int c = 0; c < DL_LANES; c++)
            dx[(iy * width + ix) * DL_LANES + c] += dy[c] * share;
        }
      }
    }
  }
}
