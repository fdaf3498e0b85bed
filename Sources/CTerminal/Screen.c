// The screen: opening, drawing and keys, by curses.
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CTerminal.h"

#include <errno.h>
#include <curses.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen = NULL;
static FILE *output = NULL;
static FILE *input = NULL;
static int with_colors = 0;
static int synchronizes = 0;  // the terminal can show a frame at once (mode 2026)
static int answers = 0;       // the terminal answers questions
static int has_frame = 0;     // a frame has been drawn

// Checks the terminal type. This comes before newterm, which already switches to the alternate screen.
static terminal_opening check_type(int descriptor) {
  int status = 0;
  if (setupterm(NULL, descriptor, &status) != OK)
    return TERMINAL_UNKNOWN_TYPE;
  const char *place = tigetstr("cup");
  terminal_opening answer = place == NULL || place == (char *)-1 ? TERMINAL_TOO_DUMB : TERMINAL_OPENED;
  del_curterm(cur_term);
  return answer;
}

int terminal_type_colors(void) {
  int status = 0;
  if (setupterm(NULL, STDOUT_FILENO, &status) != OK)
    return -1;
  int colors = tigetnum("colors");
  del_curterm(cur_term);
  return colors < 0 ? 0 : colors;
}

static void close_files(void) {
  if (output)
    fclose(output);
  if (input)
    fclose(input);
  output = input = NULL;
}

// What a terminal sends before and after pasted text when it is asked to (bracketed paste).
enum { PASTE_BEGINS = 0x7000, PASTE_ENDS };

static void bracket_paste(int on) {
  fputs(on ? "\033[?2004h" : "\033[?2004l", output);
  fflush(output);
}

// The mouse: buttons, the wheel, and moves while a button is down, in the form that has no largest column (SGR).
static int uses_mouse = 0;

void terminal_use_mouse(int on) { uses_mouse = on; }

static void tell_of_mouse(int on) {
  if (!uses_mouse)
    return;
  fputs(on ? "\033[?1002h\033[?1006h" : "\033[?1006l\033[?1002l", output);
  fflush(output);
}

static void set_modes(void) {
  raw();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  curs_set(0);
  define_key("\033[200~", PASTE_BEGINS);
  define_key("\033[201~", PASTE_ENDS);
  bracket_paste(1);
  // Otherwise curses takes the beginning of what the mouse sends for a key of its own.
  define_key(NULL, KEY_MOUSE);
  tell_of_mouse(1);
}

static int milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int)(now.tv_sec % 100000 * 1000 + now.tv_nsec / 1000000);
}

// Asks the terminal what it can do, before curses reads its input: whether it has synchronized output, and then who it
// is (DA1), which every terminal answers, so that the wait ends as soon as the answers are there.
//
// What a person types meanwhile is kept for curses.
static char typed[256];
static size_t typed_count = 0;

static void keep_typed(const char *text, size_t count) {
  typed_count = 0;
  for (size_t i = 0; i < count && typed_count < sizeof typed; i++) {
    if (text[i] != 27 || i + 1 >= count || text[i + 1] != '[') {
      typed[typed_count++] = text[i];
      continue;
    }
    for (i += 2; i < count && (text[i] < 0x40 || text[i] > 0x7e); i++) {
    }
  }
}

static void ask(int descriptor) {
  static const char question[] = "\033[?2026$p\033[c";
  const char *type = getenv("TERM");
  struct termios before, raw;
  synchronizes = answers = has_frame = 0;
  if (type == NULL || strcmp(type, "linux") == 0 || tcgetattr(descriptor, &before) != 0)
    return;
  raw = before;
  cfmakeraw(&raw);
  tcsetattr(descriptor, TCSANOW, &raw);
  char text[512] = "";
  size_t count = 0;
  int end = milliseconds() + 200, left = 200;
  if (write(descriptor, question, sizeof question - 1) < 0)
    left = 0;
  struct pollfd waited = {.fd = descriptor, .events = POLLIN};
  while (!answers && left > 0 && count < sizeof text - 1 && poll(&waited, 1, left) > 0) {
    ssize_t got = read(descriptor, text + count, sizeof text - 1 - count);
    if (got <= 0)
      break;
    count += (size_t)got;
    text[count] = 0;
    for (const char *at = strstr(text, "\033[?"); at && !answers; at = strstr(at + 3, "\033[?"))
      answers = at[3 + strspn(at + 3, "0123456789;")] == 'c';
    left = end - milliseconds();
  }
  const char *mode = strstr(text, "\033[?2026;");
  synchronizes = answers && mode && mode[8] >= '1' && mode[8] <= '3';
  tcsetattr(descriptor, TCSANOW, &before);
  keep_typed(text, count);
}

// The controlling terminal, or that of standard input, which a process of mpirun may have without being in its session.
static int open_terminal(void) {
  char name[64];
  int descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (descriptor < 0 && ttyname_r(STDIN_FILENO, name, sizeof name) == 0)
    descriptor = open(name, O_RDWR | O_CLOEXEC | O_NOCTTY);
  return descriptor;
}

terminal_opening terminal_open(int colors, int may_ask) {
  int descriptor = open_terminal();
  if (descriptor < 0)
    return TERMINAL_NO_TTY;
  terminal_opening answer = check_type(descriptor);
  input = fdopen(descriptor, "r");
  output = fdopen(fcntl(descriptor, F_DUPFD_CLOEXEC, 3), "w");
  if (answer == TERMINAL_OPENED && (input == NULL || output == NULL))
    answer = TERMINAL_NO_TTY;
  if (answer == TERMINAL_OPENED) {
    terminal_restore_arm(fileno(output));
    set_escdelay(25);
    synchronizes = answers = has_frame = 0;
    if (may_ask)
      ask(descriptor);
    // Not initscr, which exits the process if it does not know the terminal.
    screen = newterm(NULL, output, input);
    if (screen == NULL)
      answer = TERMINAL_UNKNOWN_TYPE;
  }
  if (answer != TERMINAL_OPENED) {
    terminal_restore_disarm();
    close_files();
    return answer;
  }
  set_modes();
  // The last one first: each goes before the others.
  while (typed_count > 0)
    ungetch((unsigned char)typed[--typed_count]);
  with_colors = colors != 0 && has_colors();
  if (with_colors) {
    start_color();
    use_default_colors();
  }
  return answer;
}

void terminal_close(void) {
  if (screen == NULL)
    return;
  // While suspended, the terminal belongs to the shell, and a second endwin would write to it.
  if (!isendwin()) {
    tell_of_mouse(0);
    bracket_paste(0);
    endwin();
  }
  delscreen(screen);
  screen = NULL;
  terminal_restore_disarm();
  close_files();
}

void terminal_suspend(void) {
  if (!isendwin()) {
    tell_of_mouse(0);
    bracket_paste(0);
    endwin();
  }
  terminal_restore_disarm();
}

void terminal_resume(void) {
  terminal_restore_arm(fileno(output));
  terminal_resize();
  bracket_paste(1);
  tell_of_mouse(1);
}

int terminal_descriptor(void) { return input ? fileno(input) : -1; }

int terminal_has_job_control(void) { return input != NULL && (tcgetpgrp(fileno(input)) >= 0 || errno != ENOTTY); }

int terminal_in_foreground(void) {
  return input != NULL && (!terminal_has_job_control() || tcgetpgrp(fileno(input)) == getpgrp());
}

int terminal_rows(void) { return getmaxy(stdscr); }

int terminal_columns(void) { return getmaxx(stdscr); }

void terminal_resize(void) {
  struct winsize size;
  if (ioctl(fileno(output), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
    resizeterm(size.ws_row, size.ws_col);
  terminal_repaint();
}

void terminal_repaint(void) { clearok(curscr, TRUE); }

int terminal_colours(void) { return with_colors ? COLORS : 0; }

int terminal_pairs(void) { return with_colors ? COLOR_PAIRS : 1; }

void terminal_set_pair(int number, int foreground, int background) {
  init_extended_pair(number, foreground, background);
}

void terminal_style(int attributes, int pair) {
  attr_t bits = A_NORMAL;
  if (attributes & TERMINAL_BOLD)
    bits |= A_BOLD;
  if (attributes & TERMINAL_DIM)
    bits |= A_DIM;
  if (attributes & TERMINAL_REVERSE)
    bits |= A_REVERSE;
  if (attributes & TERMINAL_UNDERLINE)
    bits |= A_UNDERLINE;
  // The pair is passed in the last argument, because the type of the second one ends at 32767.
  attr_set(bits, 0, &pair);
}

void terminal_put(int row, int column, const uint32_t *scalars, int count) {
  if (move(row, column) == ERR)
    return;
  for (int i = 0; i < count; i++) {
    wchar_t wide = wcwidth((wchar_t)scalars[i]) == 1 ? (wchar_t)scalars[i] : L'?';
    addnwstr(&wide, 1);
  }
}

int terminal_answers(void) { return answers; }

int terminal_synchronizes(void) { return synchronizes; }

void terminal_cursor(int row, int column, int visible) {
  static int shown = 0;
  move(row, column);
  if (visible != shown)
    curs_set(visible);
  shown = visible;
}

// curses writes its bytes past the FILE, so each part is flushed before the next one.
static void write_now(const char *text) {
  fputs(text, output);
  fflush(output);
}

void terminal_flush(int asks) {
  wnoutrefresh(stdscr);
  // The first frame follows the switch to the alternate screen, which some terminals hold back, too.
  int whole = synchronizes && has_frame;
  if (whole)
    write_now("\033[?2026h");
  doupdate();
  if (whole)
    write_now("\033[?2026l");
  if (asks)
    write_now("\033[5n");
  has_frame = 1;
}

void terminal_forget_input(void) { flushinp(); }

void terminal_bell(void) { beep(); }

void terminal_write(const char *bytes, size_t count) {
  // What curses has not written yet must come first.
  refresh();
  fwrite(bytes, 1, count, output);
  fflush(output);
}

static terminal_key named(wint_t code, uint32_t *value) {
  if (code >= KEY_F(1) && code <= KEY_F(63)) {
    *value = (uint32_t)(code - KEY_F0);
    return TERMINAL_FUNCTION;
  }
  switch (code) {
    case KEY_UP:
      return TERMINAL_UP;
    case KEY_DOWN:
      return TERMINAL_DOWN;
    case KEY_LEFT:
      return TERMINAL_LEFT;
    case KEY_RIGHT:
      return TERMINAL_RIGHT;
    case KEY_HOME:
    case KEY_A1:
      return TERMINAL_HOME;
    case KEY_END:
    case KEY_C1:
      return TERMINAL_END;
    case KEY_PPAGE:
    case KEY_A3:
      return TERMINAL_PAGE_UP;
    case KEY_NPAGE:
    case KEY_C3:
      return TERMINAL_PAGE_DOWN;
    case KEY_BTAB:
      return TERMINAL_BACK_TAB;
    case KEY_BACKSPACE:
      return TERMINAL_BACKSPACE;
    case KEY_DC:
      return TERMINAL_DELETE;
    case KEY_ENTER:
      return TERMINAL_ENTER;
    case PASTE_BEGINS:
      return TERMINAL_PASTE_BEGINS;
    case PASTE_ENDS:
      return TERMINAL_PASTE_ENDS;
    default:
      return TERMINAL_UNNAMED;
  }
}

terminal_key terminal_next_key(uint32_t *value) {
  wint_t code = 0;
  switch (get_wch(&code)) {
    case OK:
      *value = (uint32_t)code;
      return TERMINAL_SCALAR;
    case KEY_CODE_YES:
      return named(code, value);
    default:
      return TERMINAL_NOTHING;
  }
}
