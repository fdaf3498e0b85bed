// Restores the terminal when the process exits or crashes.
//
// A signal handler must not call curses, so nothing in this file does: it writes fixed bytes and fixed modes.
#define _GNU_SOURCE
#include "CTerminal.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGQUIT};
enum { COUNT = sizeof fatal / sizeof fatal[0] };
static struct sigaction previous[COUNT];

static const char bytes[] = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l"  // mouse off
                            "\033[?2004l"                                   // bracketed paste off
                            "\033[?1l\033>"                                 // normal cursor keys and keypad
                            "\033(B\033[0m"                                 // default character set and style
                            "\033[?25h"                                     // cursor on
                            "\033[?1049l";                                  // leave the alternate screen

static volatile sig_atomic_t armed = 0;
static int own = -1;      // our descriptor of the terminal, which nobody else closes or redirects
static int drawing = -1;  // the descriptor that curses writes to
static int nowhere = -1;
static struct termios modes;

static void restore(void) {
  if (!__sync_bool_compare_and_swap(&armed, 1, 0))
    return;
  // Another thread may be drawing a frame. From here on it draws to /dev/null.
  if (nowhere >= 0)
    dup2(nowhere, drawing);
  ssize_t ignored = write(own, bytes, sizeof bytes - 1);
  (void)ignored;
  tcsetattr(own, TCSANOW, &modes);
  terminal_output_release();
}

static void call(const struct sigaction *action, int number, siginfo_t *info, void *context) {
  if (action->sa_flags & SA_SIGINFO) {
    action->sa_sigaction(number, info, context);
  } else if (action->sa_handler != SIG_DFL) {
    action->sa_handler(number);
  }
}

static void handle(int number, siginfo_t *info, void *context) {
  restore();
  const struct sigaction *before = NULL;
  for (int i = 0; i < COUNT; i++) {
    if (fatal[i] == number)
      before = &previous[i];
  }
  sigaction(number, before, NULL);
  // A faulting instruction faults again when we return, this time with the previous handler and the original siginfo.
  if (info->si_code > 0 && number != SIGTRAP)
    return;
  // A signal that somebody sent does not come again, and a trap instruction does not run again. So call the previous
  // handler here, then end the process: Swift's handler prints a backtrace and returns, and the process would go on
  // without its screen.
  call(before, number, info, context);
  signal(number, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  pthread_sigmask(SIG_UNBLOCK, &only, NULL);
  raise(number);
}

static void at_exit(void) {
  terminal_output_flush();
  restore();
}

void terminal_restore_arm(int descriptor) {
  static int registered = 0;
  if (!registered)
    registered = atexit(at_exit) == 0;
  if (own >= 0)
    return;
  own = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (own < 0 || tcgetattr(own, &modes) != 0)
    return;
  nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  drawing = descriptor;
  armed = 1;
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  for (int i = 0; i < COUNT; i++) {
    sigaction(fatal[i], &action, &previous[i]);
    // An ignored signal stays ignored. Otherwise it would restore the terminal while the process goes on.
    if (previous[i].sa_handler == SIG_IGN)
      sigaction(fatal[i], &previous[i], NULL);
  }
}

void terminal_restore_disarm(void) {
  if (!__sync_bool_compare_and_swap(&armed, 1, 0))
    return;
  for (int i = 0; i < COUNT; i++)
    sigaction(fatal[i], &previous[i], NULL);
  close(own);
  if (nowhere >= 0)
    close(nowhere);
  own = nowhere = -1;
}
