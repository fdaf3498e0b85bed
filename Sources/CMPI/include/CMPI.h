// Messages between the processes that mpirun started. An MPI library and its mpirun belong together, and each library
// has binary interfaces of its own. So what calls MPI is a small shared library (library/MPI.c), compiled for each, and
// opened when a program was started by its mpirun: dualab itself needs no MPI.
#ifndef DUALAB_MPI_H
#define DUALAB_MPI_H

#include <stdbool.h>
#include <stddef.h>

/// The name of the functions in such a library. Count up when `dl_mpi` changes: a library of another build then does
/// not have them.
#define DL_MPI_FUNCTIONS dualab_mpi_2

/// The functions of such a library. They run on one thread at a time.
typedef struct {
  /// Joins the processes. False if this MPI cannot be used from one thread after the other.
  bool (*begin)(void);
  /// The number of this process.
  int (*rank)(void);
  /// How many there are.
  int (*size)(void);
  /// Sends to a process and receives from one, at the same time; a count of 0 bytes does nothing. False on an error,
  /// and if `cancelled` is set while it waits.
  bool (*exchange)(const void *sent, size_t sent_bytes, int to, void *received, size_t received_bytes, int from,
                   const volatile int *cancelled);
  /// Leaves when all do.
  void (*end)(void);
  /// Ends all processes, this one included.
  void (*abort)(int status);
} dl_mpi;

/// Opens the library in this file. NULL if it cannot be opened: `reason`, of `length` bytes, then says why. It is empty
/// where the library has no functions of this name.
const dl_mpi *dl_mpi_open(const char *path, char *reason, size_t length);

#endif
