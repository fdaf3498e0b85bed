// A CPU variant is a table of pointers to its kernels. Each variant_*.c compiles the kernels in body.h and fills one
// table.
#ifndef DUALAB_VARIANT_H
#define DUALAB_VARIANT_H

#include "include/CKernels.h"

typedef struct {
  const char *name;
#define KERNEL(name, parameters, arguments) void(*name) parameters;
#include "include/kernel_list.h"
} dl_variant;

extern const dl_variant dl_portable;
#if defined(__x86_64__)
extern const dl_variant dl_avx2;
extern const dl_variant dl_avx512;
#endif

#endif
