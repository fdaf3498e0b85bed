#include <dlfcn.h>
#include <stdio.h>
#include "CMPI.h"

const dl_mpi *dl_mpi_open(const char *path, char *reason, size_t length) {
  // Global, because Open MPI's plugins look for its functions. Never closed.
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  const dl_mpi *functions = library ? dlsym(library, "dualab_mpi") : NULL;
  if (!functions) {
    const char *message = dlerror();
    snprintf(reason, length, "%s", message ? message : "unknown reason");
  }
  return functions;
}
