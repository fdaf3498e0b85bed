// Stray output: what libraries print is captured, so that it cannot tear the screen, and shown again afterwards.
#define _GNU_SOURCE
#include "CTerminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// The most that is copied to standard error at the end.
enum { TAIL = 64 * 1024 };

// A file instead of a pipe: a process that crashes cannot read its own pipe, but its last output is still in the file.
static int captured = -1;
static int before[3] = {-1, -1, -1};
static off_t seen = 0;  // what terminal_output_read has returned so far

static int unnamed_file(void) {
  const char *folder = getenv("TMPDIR");
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/dualab-output-XXXXXX", folder && *folder ? folder : "/tmp");
  if (length < 0 || (size_t)length >= sizeof path)
    return -1;
  int file = mkostemp(path, O_APPEND | O_CLOEXEC);
  if (file >= 0)
    unlink(path);
  return file;
}

void terminal_output_flush(void) {
  fflush(stdout);
  fflush(stderr);
}

void terminal_output_capture(void) {
  if (captured >= 0 || !(isatty(1) || isatty(2)))
    return;
  captured = unnamed_file();
  if (captured < 0)
    return;
  seen = 0;
  terminal_output_flush();
  for (int descriptor = 1; descriptor <= 2; descriptor++) {
    if (!isatty(descriptor))
      continue;
    before[descriptor] = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    if (before[descriptor] >= 0)
      dup2(captured, descriptor);
  }
  // The C library buffers a file in blocks. Buffer standard output by lines instead, as on a terminal.
  setvbuf(stdout, NULL, _IOLBF, 0);
}

ssize_t terminal_output_read(char *bytes, size_t size) {
  if (captured < 0)
    return 0;
  ssize_t count = pread(captured, bytes, size, seen);
  if (count <= 0)
    return 0;
  seen += count;
  return count;
}

static void write_all(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written <= 0)
      return;
    bytes += written;
    count -= (size_t)written;
  }
}

void terminal_output_release(void) {
  if (captured < 0)
    return;
  int file = captured;
  captured = -1;
  for (int descriptor = 1; descriptor <= 2; descriptor++) {
    if (before[descriptor] < 0)
      continue;
    dup2(before[descriptor], descriptor);
    close(before[descriptor]);
    before[descriptor] = -1;
  }
  off_t end = lseek(file, 0, SEEK_END);
  char bytes[1024];
  for (off_t at = end > TAIL ? end - TAIL : 0; at < end;) {
    ssize_t count = pread(file, bytes, sizeof bytes, at);
    if (count <= 0)
      break;
    write_all(2, bytes, (size_t)count);
    at += count;
  }
  close(file);
}
