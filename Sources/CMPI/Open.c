#include <dlfcn.h>
#include <stdio.h>
#include "CMPI.h"

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const dl_mpi *dl_mpi_open(const char *path, char *reason, size_t length) {
  // Global, because Open MPI's plugins look for its functions. Never closed.
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (library) {
    snprintf(reason, length, "%s", "");
    return dlsym(library, TEXT(DL_MPI_FUNCTIONS));
  }
  const char *message = dlerror();
  snprintf(reason, length, "%s", message ? message : "unknown reason");
  return NULL;
}
