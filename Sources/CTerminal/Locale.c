// The character encoding of the terminal.
#include "CTerminal.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

// Sets LC_CTYPE only. With LC_NUMERIC from the environment, strtod in a library could expect 0,5 instead of 0.5.
void terminal_use_utf8(void) {
  if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
    setlocale(LC_CTYPE, "C.UTF-8");
}
