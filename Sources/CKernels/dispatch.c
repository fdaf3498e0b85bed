// Picks the CPU variant at the first call, and sends every call to it.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "variant.h"

static const dl_variant *available(int index) {
  int found = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && found++ == index) {
    return &dl_avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && found++ == index)
    return &dl_avx2;
#endif
  return found == index ? &dl_portable : NULL;
}

static const dl_variant *named(const char *name) {
  for (int i = 0; available(i); i++) {
    if (strcmp(available(i)->name, name) == 0)
      return available(i);
  }
  return NULL;
}

static _Atomic(const dl_variant *) chosen;

static const dl_variant *run(void) {
  const dl_variant *variant = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (variant)
    return variant;
  const char *wish = getenv("DUALAB_CPU");
  variant = wish ? named(wish) : NULL;
  if (!variant)
    variant = available(0);
  atomic_store(&chosen, variant);
  return variant;
}

const char *dl_variant_name(void) { return run()->name; }
const char *dl_variant_available(int index) { return available(index) ? available(index)->name : NULL; }
bool dl_variant_select(const char *name) {
  const dl_variant *variant = named(name);
  if (variant)
    atomic_store(&chosen, variant);
  return variant != NULL;
}

#define KERNEL(name, parameters, arguments) \
  void dl_##name parameters { run()->name arguments; }
#include "include/kernel_list.h"
