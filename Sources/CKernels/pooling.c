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

void dl_max_pool(const float *x, long images, long blocks, long height, long width, float *y, int32_t *index) {
  const long oh = (height + 1) / 2, ow = (width + 1) / 2;
  for (long i = 0; i < images * blocks; i++, x += height * width * DL_LANES) {
    for (long oy = 0; oy < oh; oy++) {
      for (long ox = 0; ox < ow; ox++, y += DL_LANES, index += DL_LANES) {
        for (int c = 0; c < DL_LANES; c++) {
          float best = -INFINITY;
          int32_t winner = -1;
          for (long iy = oy * 2 - 1; iy <= oy * 2 + 1; iy++) {
            for (long ix = ox * 2 - 1; ix <= ox * 2 + 1; ix++) {
              if (iy < 0 || iy >= height || ix < 0 || ix >= width)
                continue;
              const float value = x[(iy * width + ix) * DL_LANES + c];
              // As in PyTorch, NaN wins, so that pooling does not hide it.
              if (winner < 0 || value > best || (isnan(value) && !isnan(best))) {
                best = value;
                winner = (int32_t)(iy * width + ix);
              }
            }
          }
          y[c] = best;
          index[c] = winner;
        }
      }
    }
  }
}

void dl_max_pool_gradient(const float *dy, const int32_t *index, long images, long blocks, long height, long width,
                          float *dx) {
  const long outputs = ((height + 1) / 2) * ((width + 1) / 2);
  memset(dx, 0, sizeof(float) * (size_t)(images * blocks * height * width * DL_LANES));
  for (long i = 0; i < images * blocks; i++, dx += height * width * DL_LANES) {
    for (long o = 0; o < outputs; o++, dy += DL_LANES, index += DL_LANES) {
      for (int c = 0; c < DL_LANES; c++)
        dx[index[c] * DL_LANES + c] += dy[c];
    }
  }
}
