// Dual normalization: the gauge of a posterior, and the plain definition in double that the kernels are tested against.
// docs/algorithms.md §9.
#include <math.h>
#include "include/CKernels.h"

void dl_dual_gauge(const float *posterior, long pixels, bool clean, double *gauge) {
  const float *p = posterior, *s = posterior + 2 * pixels;
  for (long i = 0; i < pixels; i++) {
    const double t = clean ? -(double)s[i] : (double)s[i];
    gauge[0] += (t < 0 ? 0 : t) + log1p(exp(-fabs(t)));
    gauge[clean ? 1 : 2] += p[i];
    gauge[3] += (p[i] > 0.5f) == clean;
    gauge[4] += p[i] < 0.01f || p[i] > 0.99f;
    // NaN falls into no bin.
    if (p[i] >= 0)
      gauge[5 + (p[i] < 1 ? (int)(p[i] * DL_DUAL_BINS) : DL_DUAL_BINS - 1)] += 1;
  }
}

// Mean and biased variance of channel c over the rows of one domain.
static void moments(const double *x, const unsigned char *clean, long images, long channels, long pixels, long c,
                    int domain, double *mean, double *variance) {
  double sum = 0, square = 0;
  long count = 0;
  for (long n = 0; n < images; n++) {
    if ((clean[n] != 0) == domain) {
      for (long p = 0; p < pixels; p++, count++)
        sum += x[(n * channels + c) * pixels + p];
    }
  }
  *mean = sum / (double)count;
  for (long n = 0; n < images; n++) {
    if ((clean[n] != 0) == domain) {
      for (long p = 0; p < pixels; p++) {
        const double d = x[(n * channels + c) * pixels + p] - *mean;
        square += d * d;
      }
    }
  }
  *variance = square / (double)count;
}

double dl_reference_dual(const double *x, const double *w, const double *b, const unsigned char *clean, long images,
                         long channels, long pixels, double *mean, double *variance, bool train, double temperature,
                         bool forced, double *y) {
  if (train) {
    for (long c = 0; c < channels; c++) {
      for (int domain = 0; domain < 2; domain++) {
        const long at = domain * channels + c;
        moments(x, clean, images, channels, pixels, c, domain, mean + at, variance + at);
      }
    }
  }
  double nll = 0;
  for (long n = 0; n < images; n++) {
    for (long p = 0; p < pixels; p++) {
      double s = 0;
      for (long c = 0; c < channels; c++) {
        const double v = x[(n * channels + c) * pixels + p];
        const double adversarial = variance[c] + 1e-5, own = variance[channels + c] + 1e-5;
        s += 0.5 * (log(adversarial) - log(own) + (v - mean[c]) * (v - mean[c]) / adversarial -
                    (v - mean[channels + c]) * (v - mean[channels + c]) / own);
      }
      s /= temperature;
      const double t = clean[n] ? -s : s;
      nll += fmax(t, 0) + log1p(exp(-fabs(t)));
      const double yes = forced ? clean[n] != 0 : 1 / (1 + exp(-s));
      for (long c = 0; c < channels; c++) {
        const long at = (n * channels + c) * pixels + p;
        const double to_clean = (x[at] - mean[channels + c]) / sqrt(variance[channels + c] + 1e-5);
        const double to_adversarial = (x[at] - mean[c]) / sqrt(variance[c] + 1e-5);
        y[at] = w[c] * (yes * to_clean + (1 - yes) * to_adversarial) + b[c];
      }
    }
  }
  return nll;
}
