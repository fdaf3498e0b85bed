// Signals as bytes in a pipe, so that a thread can wait for them like for keys.
#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static const int caught[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGINT, SIGTERM, SIGHUP};
enum { COUNT = sizeof caught / sizeof caught[0], FIRST_THAT_ENDS = 3 };
static struct sigaction previous[COUNT];
static int ends[2] = {-1, -1};

// The handler of every signal: writes its number to the pipe.
static void tell(int number) {
  int kept = errno;
  unsigned char byte = (unsigned char)number;
  ssize_t ignored = write(ends[1], &byte, 1);
  (void)ignored;
  errno = kept;
}

// Installs the handler for one signal.
static void receive(int number, struct sigaction *old) {
  struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
  sigfillset(&action.sa_mask);
  sigaction(number, &action, old);
}

void terminal_name_thread(void) { pthread_setname_np(pthread_self(), "terminal"); }

int terminal_pipe(int made[2]) { return pipe2(made, O_CLOEXEC | O_NONBLOCK); }

int terminal_signals_open(void) {
  if (ends[0] < 0 && terminal_pipe(ends) != 0)
    return -1;
  for (int i = 0; i < COUNT; i++)
    receive(caught[i], &previous[i]);
  return ends[0];
}

int terminal_signals_pipe(void) { return ends[0]; }

// Leaves the pipe open, because a handler that is running on another thread may still write to it.
void terminal_signals_close(int keeps_ending) {
  if (ends[0] < 0)
    return;
  for (int i = 0; i < (keeps_ending ? FIRST_THAT_ENDS : COUNT); i++)
    sigaction(caught[i], &previous[i], NULL);
  if (keeps_ending)
    return;
  char bytes[64];
  while (read(ends[0], bytes, sizeof bytes) > 0) {}
}

// Sends TSTP to the group instead of STOP to this process. A parent such as `make run` has to stop too, or the shell
// never gets its prompt back. And the kernel does not stop a group that no shell could continue.
void terminal_signals_stop(void) {
  signal(SIGTSTP, SIG_DFL);
  if (terminal_has_job_control())
    kill(0, SIGTSTP);
}

void terminal_signals_resume(void) { receive(SIGTSTP, NULL); }
