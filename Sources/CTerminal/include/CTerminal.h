// The public interface of CTerminal: the terminal without curses.h, whose macros, globals and variadic functions Swift
// cannot import.
//
// Only the thread that opened the screen may call these functions, unless a comment says otherwise.
#ifndef DUALAB_TERMINAL_H
#define DUALAB_TERMINAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// ---- Screen.c: curses ----

typedef enum {
  TERMINAL_OPENED,
  TERMINAL_NO_TTY,        // there is no controlling terminal, and none on standard input
  TERMINAL_UNKNOWN_TYPE,  // terminfo does not know TERM
  TERMINAL_TOO_DUMB,      // the terminal cannot position the cursor
} terminal_opening;

/// Number of colors of the terminal type of standard output, 0 for none; -1 when terminfo does not know it. Call it
/// while no screen is open.
int terminal_type_colors(void);
/// With `on`, the next screen has the terminal tell of its mouse.
void terminal_use_mouse(int on);
/// Opens /dev/tty, or without a controlling terminal that of standard input, for drawing and arms everything that
/// restores it. With `colors` 0, never writes a color escape. With `may_ask`, asks the terminal what it can do, which
/// takes 200 ms where it does not answer.
terminal_opening terminal_open(int colors, int may_ask);
/// True if the terminal has answered.
int terminal_answers(void);
/// True if the terminal can show a whole frame at once.
int terminal_synchronizes(void);
/// Leaves the screen for good. The terminal is as it was before.
void terminal_close(void);
/// Leaves the screen until `terminal_resume`.
void terminal_suspend(void);
/// Returns from `terminal_suspend`. The next flush draws every cell.
void terminal_resume(void);

/// The descriptor that becomes readable when keys are waiting; -1 when closed.
int terminal_descriptor(void);
/// True if the terminal belongs to this process's session, so that a shell can stop and continue the process there.
int terminal_has_job_control(void);
/// True if the terminal lets this process write, because it is in the foreground.
int terminal_in_foreground(void);

int terminal_rows(void);
int terminal_columns(void);
/// Asks the kernel for the size, and draws every cell at the next flush.
void terminal_resize(void);
/// Draws every cell at the next flush.
void terminal_repaint(void);

/// Number of colors; 0 if opened without.
int terminal_colours(void);
/// Number of color pairs, including the default pair 0.
int terminal_pairs(void);
/// Sets the colors of pair `number`; -1 is the default color of the terminal.
void terminal_set_pair(int number, int foreground, int background);

enum { TERMINAL_BOLD = 1, TERMINAL_DIM = 2, TERMINAL_REVERSE = 4, TERMINAL_UNDERLINE = 8 };
/// Sets the style of the cells put from now on.
void terminal_style(int attributes, int pair);
/// Puts `count` cells, starting at `row`, `column`. A character that is not one column wide becomes '?'.
void terminal_put(int row, int column, const uint32_t *scalars, int count);
/// Puts the cursor there at the next flush, and shows or hides it.
void terminal_cursor(int row, int column, int visible);
/// Writes what was put. With `asks`, the terminal answers ESC [ 0 n once it has drawn that.
void terminal_flush(int asks);
/// Drops input that has not been read.
void terminal_forget_input(void);
void terminal_bell(void);
/// Writes bytes unchanged, for sequences that change no cell and leave the cursor where it is.
void terminal_write(const char *bytes, size_t count);

typedef enum {
  TERMINAL_NOTHING,   // no key is waiting
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
  TERMINAL_PASTE_BEGINS,  // what follows was pasted, until TERMINAL_PASTE_ENDS
  TERMINAL_PASTE_ENDS,
} terminal_key;

/// The next waiting key. It takes 25 ms to tell a lone escape from the start of a sequence.
terminal_key terminal_next_key(uint32_t *value);

// ---- Restore.c: the terminal is restored however the process ends ----

/// Saves the modes of `descriptor`. When the process crashes or exits, restores them, the cursor and the normal screen.
void terminal_restore_arm(int descriptor);
/// Undoes `terminal_restore_arm`.
void terminal_restore_disarm(void);

// ---- Signals.c: signals as bytes ----

/// Makes a pipe that does not block and that is closed on exec. 0 on success.
int terminal_pipe(int ends[2]);
/// Names the calling thread, for debuggers and crash reports.
void terminal_name_thread(void);
/// Catches WINCH, CONT, TSTP, INT, TERM and HUP, and writes each one's number as a byte to a pipe. Returns the reading
/// end of the pipe, or -1 if there is none.
int terminal_signals_open(void);
/// The reading end of that pipe; -1 before it is made.
int terminal_signals_pipe(void);
/// Restores the previous handlers of the signals. With `keeps_ending`, INT, TERM and HUP are still written to the pipe.
void terminal_signals_close(int keeps_ending);
/// Stops this process group, as Ctrl-Z does outside a screen; nothing without job control.
void terminal_signals_stop(void);
/// Catches TSTP again after `terminal_signals_stop`.
void terminal_signals_resume(void);

// ---- Output.c: stray output cannot tear the screen ----

/// Redirects standard output and standard error, if they are terminals, to an unnamed file.
void terminal_output_capture(void);
/// Reads what was printed since the last call, up to `size` bytes. 0 if nothing was.
ssize_t terminal_output_read(char *bytes, size_t size);
/// Undoes the redirection and copies the end of the output to standard error. Safe in a signal handler.
void terminal_output_release(void);
/// Writes out what the C library still buffers of both.
void terminal_output_flush(void);

// ---- Locale.c: character encoding ----

/// Uses the environment's character encoding if it is UTF-8, otherwise C.UTF-8. Numbers keep their decimal point.
void terminal_use_utf8(void);

#endif
