// The functions of CMPI.h for one MPI library. Not part of the Swift package: 'make DUALAB_MPI=1' compiles it with
// mpicc.
#include <mpi.h>
#include <sched.h>
#include <time.h>
#include "../include/CMPI.h"

static bool begin(void) {
  int provided = 0;
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS)
    return false;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  return provided >= MPI_THREAD_SERIALIZED;
}

static int rank(void) {
  int result = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &result);
  return result;
}

static int size(void) {
  int result = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &result);
  return result;
}

// Others may need the core, or hours: asks less and less often.
static bool wait_for(MPI_Request requests[2], const volatile int *cancelled) {
  for (long asked = 0;; asked++) {
    int done = 0;
    if (MPI_Testall(2, requests, &done, MPI_STATUSES_IGNORE) != MPI_SUCCESS)
      return false;
    if (done)
      return true;
    if (*cancelled)
      return false;
    if (asked < 20000) {
      sched_yield();
    } else {
      const struct timespec pause = {.tv_nsec = asked < 40000 ? 50000 : 1000000};
      nanosleep(&pause, NULL);
    }
  }
}

static bool exchange(const void *sent, size_t sent_bytes, int to, void *received, size_t received_bytes, int from,
                     const volatile int *cancelled) {
  // MPI counts in int.
  const size_t most = (size_t)1 << 30;
  size_t out = 0, in = 0;
  while (out < sent_bytes || in < received_bytes) {
    MPI_Request requests[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    const size_t next_in = received_bytes - in < most ? received_bytes - in : most;
    const size_t next_out = sent_bytes - out < most ? sent_bytes - out : most;
    char *to_fill = (char *)received + in;
    const char *to_send = (const char *)sent + out;
    if (next_in > 0 &&
        MPI_Irecv(to_fill, (int)next_in, MPI_BYTE, from, 0, MPI_COMM_WORLD, &requests[0]) != MPI_SUCCESS)
      return false;
    if (next_out > 0 &&
        MPI_Isend(to_send, (int)next_out, MPI_BYTE, to, 0, MPI_COMM_WORLD, &requests[1]) != MPI_SUCCESS)
      return false;
    if (!wait_for(requests, cancelled))
      return false;
    in += next_in;
    out += next_out;
  }
  return true;
}

static void end(void) { MPI_Finalize(); }

static void abort_all(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

const dl_mpi DL_MPI_FUNCTIONS = {
    .begin = begin, .rank = rank, .size = size, .exchange = exchange, .end = end, .abort = abort_all};
