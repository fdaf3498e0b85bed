#ifndef DUALAB_TERMINAL_H
#define DUALAB_TERMINAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The terminal without its headers: curses' macros, globals and variadic functions do not reach Swift.
// Unless a line says otherwise, only the one thread that opened the screen may call these functions.

// ---- Screen.c: curses --------------------------------------------------------------------------------------------

typedef enum {
  TERMINAL_OPENED,
  TERMINAL_NO_TTY,        // no controlling terminal
  TERMINAL_UNKNOWN_TYPE,  // TERM names nothing in terminfo
  TERMINAL_TOO_DUMB,      // it cannot place the cursor
} terminal_opening;

// Opens /dev/tty for drawing and arms everything that restores it. `colours` 0: no colour escape is ever written.
terminal_opening terminal_open(int colours);
// Leaves the screen for good; the terminal is as it was found.
void terminal_close(void);
// Leaves the screen for a while.
void terminal_suspend(void);
// Comes back from `terminal_suspend`; the next flush draws every cell.
void terminal_resume(void);

// The descriptor that becomes readable when keys wait; -1 when closed.
int terminal_descriptor(void);
// True when the terminal would let this process write: it is in the foreground.
int terminal_in_foreground(void);

int terminal_rows(void);
int terminal_columns(void);
// Asks the kernel for the size, and draws every cell at the next flush.
void terminal_resize(void);
// Draws every cell at the next flush.
void terminal_repaint(void);

// How many colours there are: 0 when opened without.
int terminal_colours(void);
// How many pairs of colours there are, the default pair 0 included.
int terminal_pairs(void);
// Gives pair `number` its colours; -1 is the terminal's own.
void terminal_set_pair(int number, int foreground, int background);

enum { TERMINAL_BOLD = 1, TERMINAL_DIM = 2, TERMINAL_REVERSE = 4, TERMINAL_UNDERLINE = 8 };
// The style of the cells put from now on.
void terminal_style(int attributes, int pair);
// Puts `count` cells from `row`, `column` on. What is not one column wide becomes '?'.
void terminal_put(int row, int column, const uint32_t *scalars, int count);
void terminal_flush(void);
void terminal_bell(void);
// Writes bytes as they are; for sequences that change no cell and leave the cursor where it is.
void terminal_write(const char *bytes, size_t count);

typedef enum {
  TERMINAL_NOTHING,   // no key waits
  TERMINAL_SCALAR,    // `value` is a Unicode scalar, control characters included
  TERMINAL_FUNCTION,  // `value` is the number of the function key
  TERMINAL_UNNAMED,   // a key without a name here
  TERMINAL_UP,
  TERMINAL_DOWN,
  TERMINAL_LEFT,
  TERMINAL_RIGHT,
  TERMINAL_HOME,
  TERMINAL_END,
  TERMINAL_PAGE_UP,
  TERMINAL_PAGE_DOWN,
  TERMINAL_BACK_TAB,
  TERMINAL_BACKSPACE,
  TERMINAL_DELETE,
  TERMINAL_ENTER,
} terminal_key;

// The next key that waits; a lone escape takes 25 ms to be told from a sequence.
terminal_key terminal_next_key(uint32_t *value);

// ---- Restore.c: the terminal comes back however the process ends -------------------------------------------------

// Remembers the modes of `descriptor` and restores them, the cursor and the normal screen when the process crashes or
// exits.
void terminal_restore_arm(int descriptor);
void terminal_restore_disarm(void);

// ---- Signals.c: signals as bytes ---------------------------------------------------------------------------------

// Makes a pipe that does not block and does not outlive an exec; 0 when it could.
int terminal_pipe(int ends[2]);
// Names the calling thread, for debuggers and crash reports.
void terminal_name_thread(void);
// Catches WINCH, CONT, TSTP, INT, TERM and HUP; each is a byte, its number, in the pipe returned. -1: no pipe.
int terminal_signals_open(void);
// The reading end of that pipe, -1 before it is made.
int terminal_signals_pipe(void);
// Gives the signals back to whom they had; with `keeps_ending`, INT, TERM and HUP go on being written to the pipe.
void terminal_signals_close(int keeps_ending);
// Stops this process group, as ctrl-z does outside of a screen.
void terminal_signals_stop(void);
// Catches TSTP again after `terminal_signals_stop`.
void terminal_signals_resume(void);

// ---- Output.c: stray output cannot tear the screen ---------------------------------------------------------------

// Sends standard output and standard error, where they are terminals, to an unnamed file.
void terminal_output_capture(void);
// What was printed since the last call: at most `size` bytes; 0 when nothing.
ssize_t terminal_output_read(char *bytes, size_t size);
// Puts both back and copies the end of what was printed to standard error. Safe in a signal handler.
void terminal_output_release(void);
// Writes out what the C library still holds of both.
void terminal_output_flush(void);

// ---- Locale.c ----------------------------------------------------------------------------------------------------

// Characters as the environment says when that is UTF-8, else as C.UTF-8. Numbers stay with their point.
void terminal_use_utf8(void);

#endif
